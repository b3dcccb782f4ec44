"""What the operator uses: workers, metrics, logs, backup, queries."""

"""The bot on other Redis set-ups than one server: cluster, Sentinels, replicas, TLS."""

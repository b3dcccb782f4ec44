"""Charts as PNG pictures, drawn by matplotlib in a separate process.

The bot imports `charts.process`; only the separate process imports `charts.picture`. This
package imports nothing of Tally.
"""

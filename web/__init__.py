"""Everything that Tally serves over HTTP: webhook, health, metrics, Mini Apps, game, login."""

"""The same counter as other bots have it, each as its author would run it."""

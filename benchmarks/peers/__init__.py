"""The same counter as other bots write it, run as their authors would run it."""

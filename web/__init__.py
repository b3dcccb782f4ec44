"""What Tally serves over HTTP."""

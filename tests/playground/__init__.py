"""The playground's rules, one test each, over HTTP."""

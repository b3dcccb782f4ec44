"""What Tally gives out of its hands and takes back: signed, so that nobody can make it up."""

"""Who uses Tally: preferences, names of chats, time zones."""

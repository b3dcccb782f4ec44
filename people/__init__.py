"""People and their chats: preferences, admin rights, names of chats, time zones."""

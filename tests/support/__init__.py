"""What tests share: the bot, playgrounds, servers, clocks."""

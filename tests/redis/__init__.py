"""Redis as people set it up who outgrow one server."""

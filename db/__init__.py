"""Totals and persons in a database: models, engine, migrations, repositories."""

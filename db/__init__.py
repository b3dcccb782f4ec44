"""The database: models, engine, migrations, and a repository for each kind of row."""

"""What somebody asks a model to be: field types, definitions, and how they are read.

Pure: nothing here needs a database, and importing it needs no settings.
"""

"""What bodies and answers look like, for the OpenAPI document.

Serializers of Django REST framework, used as declarations only: views read bodies by
`api.requests` and write answers as plain dicts. The tests hold every answer against these.
"""

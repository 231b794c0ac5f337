"""Resources: what every list, record, form, export and API needs, declared once."""

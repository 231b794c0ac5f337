"""Casework (业务办理引擎): requests of workers from the first word to the rating of the answer."""

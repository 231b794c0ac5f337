"""Protocols of carriers behind one seam."""

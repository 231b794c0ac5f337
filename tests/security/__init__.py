"""Attacks on every address, form and resource that is registered, and the proofs of controls."""

"""Simulators of outside parties (模拟): true protocols, answers that can fail."""

"""Reads of D09 and of the plan tracker."""

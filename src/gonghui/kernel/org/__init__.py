"""The tree of unions (工会组织树) by effective dates, and the scopes that are cut from it."""

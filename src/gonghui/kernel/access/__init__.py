"""Who may do what where: role × union subtree × action, and the actions that write."""

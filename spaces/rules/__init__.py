"""Who may do what in a Space, and what then happens. No Django, no network, no clock."""

"""How long it takes to fork worlds, to reset them, to live through a day in one, to keep it, to use many."""

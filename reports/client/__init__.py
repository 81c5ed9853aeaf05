"""The client report of an advisory office: its context, its paper, its data."""

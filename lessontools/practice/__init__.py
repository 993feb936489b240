"""An exercise: stub -> check -> hint -> solution."""

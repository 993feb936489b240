"""The doctor's rules, by family; `table` lists them all."""

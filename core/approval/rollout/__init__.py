"""How an approved change is carried out: step by step, with a hold, a way back, and a rehearsal of that way."""

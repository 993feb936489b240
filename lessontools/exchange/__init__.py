"""Exchange: the bank for Moodle, Canvas and others, with what is lost on the way; and questions from them."""

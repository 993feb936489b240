"""Reports: accepted grades -> gradebooks, pages for students and one for the class; explanations marked by a person."""

"""All rules of the linter in one table: name, cure, level, and the function that finds what breaks the rule."""

from __future__ import annotations

from lessontools.quiz.lint import balance, choices, exposure, feedback, stem, structure
from lessontools.quiz.lint.rule import Rule

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    # structure
    Rule("duplicate-choices", "remove one of them, or make them differ", each=structure.duplicate_choices),
    Rule(
        "unknown-objective",
        "use the id of an objective in quizzes/course.yaml, or add it there",
        whole=structure.unknown_objective,
    ),
    Rule(
        "unknown-misconception",
        "use a code of quizzes/misconceptions.yaml, or add it there",
        whole=structure.unknown_misconception,
    ),
    Rule(
        "unknown-lesson",
        "name the file as a lesson of quizzes/course.yaml, or list the lesson there in its order",
        whole=structure.unknown_lesson,
    ),
    Rule("duplicate-in-course", "give each lesson and objective its own id", whole=structure.duplicate_in_course),
    Rule("bug-line-twice", "keep one feedback for each line", each=structure.bug_line_twice),
    Rule(
        "lonely-twin", "give its parallel form the same 'twin', or remove it", whole=structure.lonely_twin, warning=True
    ),
    Rule("few-items", "write more questions or exercises for it", whole=structure.few_items, warning=True),
    Rule(
        "one-kind",
        "ask in a second way, one of them by recall or construction (number, text, order, trace-table, ...)",
        whole=structure.one_kind,
        warning=True,
    ),
    Rule(
        "misconception-never-used",
        "tag a wrong answer with it, or remove it from misconceptions.yaml",
        whole=structure.misconception_never_used,
    ),
    Rule(
        "misconception-hit-once",
        "let a second item point to it, so that a diagnosis is not one slip",
        whole=structure.misconception_hit_once,
        warning=True,
    ),
    # choices
    Rule(
        "unexplained-distractor",
        "say which belief leads there with 'misconception:', or write 'reason: slip'",
        each=feedback.unexplained_distractor,
    ),
    Rule("key-with-misconception", "remove 'misconception' or 'reason' from it", each=feedback.key_with_misconception),
    Rule(
        "above-or-letters",
        "write out what is meant; choices are shuffled on the screen and have no letters",
        each=choices.above_or_letters,
    ),
    Rule(
        "thin-feedback",
        "name the belief, say that it is wrong, and give the mechanism",
        each=feedback.thin_feedback,
        warning=True,
    ),
    Rule("bare-wrong", "say what happens instead, and why", each=feedback.bare_wrong, warning=True),
    Rule("same-feedback", "tell each wrong answer its own reason", each=feedback.same_feedback, warning=True),
    Rule("choice-count", "three good choices are enough; do not pad", each=choices.choice_count, warning=True),
    Rule("longest-key", "shorten the key: its reason belongs in 'why'", each=choices.longest_key, warning=True),
    Rule("absolutes", "use the word in several choices or in none", each=choices.absolutes, warning=True),
    Rule("hedges", "use the word in several choices or in none", each=choices.hedges, warning=True),
    Rule(
        "grammar-clue",
        "end the stem in 'a(n)', or move the article into the choices",
        each=choices.grammar_clue,
        warning=True,
    ),
    Rule(
        "echo",
        "say it in other words in the key, or use the words in a distractor too",
        each=choices.echo,
        warning=True,
    ),
    Rule(
        "unsorted-numbers",
        "sort the choices by size and add 'shuffle: false'",
        each=choices.unsorted_numbers,
        warning=True,
    ),
    Rule("mixed-code", "write all choices as code, or all as prose", each=choices.mixed_code, warning=True),
    Rule("several-all-right", "add a wrong choice, or ask otherwise", each=choices.several_all_right, warning=True),
    Rule("same-start", "move the words that all choices share into the stem", each=choices.same_start, warning=True),
    # balance across the bank
    Rule("longest-keys", "lengthen distractors or shorten keys", whole=balance.longest_keys, warning=True),
    Rule(
        "key-position", "move keys to other places, or let them be shuffled", whole=balance.key_position, warning=True
    ),
    Rule("true-false", "turn some of the statements round", whole=balance.true_false, warning=True),
    Rule("several-same-count", "vary how many are right", whole=balance.several_same_count, warning=True),
    # stems and all text
    Rule("negative-stem", "ask it positively, or write **not** in bold", each=stem.negative_stem, warning=True),
    Rule("double-negative", "say it with one negation, or with none", each=stem.double_negative),
    Rule("negative-choice", "turn the stem round", each=choices.negative_choice),
    Rule(
        "no-task",
        "ask a question that can be answered with the choices covered",
        each=stem.no_task,
        warning=True,
    ),
    Rule("long-stem", "cut it, or move the story into the lesson", each=stem.long_stem, warning=True),
    Rule("long-code", "cut what the question does not need", each=stem.long_code, warning=True),
    Rule("many-orders", "add the rules that are missing", each=stem.many_orders, warning=True),
    Rule("poor-alt", "say in words what the picture shows", each=stem.poor_alt),
    Rule("remote-picture", "put the file beside the bank; nothing is fetched at run time", each=stem.remote_picture),
    Rule("colour-cue", "add a second cue: dashed, labelled, upper, ...", each=stem.colour_cue),
    Rule("raw-html", "write Markdown; put code in backticks", each=stem.raw_html),
    Rule("unfinished", "write what it asks for", each=stem.unfinished),
    Rule("unbalanced-latex", r"mend it, or write \$ for a dollar", each=stem.unbalanced_latex),
    # exposure
    Rule("answer-given-away", "reword that stem, or make the two items twins", whole=exposure.answer_given_away),
    Rule("key-in-stem", "ask for it without naming it", each=exposure.key_in_stem, warning=True),
    Rule(
        "near-duplicate",
        "merge them, or give both the same 'twin' if they are parallel forms",
        whole=exposure.near_duplicate,
        warning=True,
    ),
    Rule(
        "assigned-and-practice",
        "give the assignment an item of its own (a twin)",
        each=exposure.assigned_and_practice,
        warning=True,
    ),
)

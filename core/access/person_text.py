"""User name, name and mail address of a person, as they are kept."""

from core.errors import Problem, Unreadable


def person_text(username: str, name: str, email: str) -> tuple[str, str, str]:
    """The three as they are kept; raises Unreadable where one cannot be."""
    username, name, email = username.strip().casefold(), " ".join(name.split()), email.strip()
    problems = [
        *_text_problems("user name", username, 200),
        *_text_problems("name", name, 200),
        *([] if not email else _text_problems("mail address", email, 320)),
    ]
    if any(sign.isspace() for sign in username):
        problems.append(Problem("The user name contains a space", column="user name"))
    if problems:
        raise Unreadable(problems)
    return username, name, email


def _text_problems(what: str, text: str, longest: int) -> list[Problem]:
    if not text:
        return [Problem(f"The {what} is empty", column=what)]
    if len(text) > longest or not text.isprintable():
        return [Problem(f"The {what} has more than {longest} characters or signs that cannot be shown", column=what)]
    return []

"""The words on the pages: plain Dutch (B1) with English beside it, per event, obligation, outcome and owner."""

from datetime import date
from typing import NamedTuple


class Words(NamedTuple):
    """The same in both languages."""

    nl: str
    en: str


EVENTS = {
    "support_requested": Words("School vraagt hulp voor een kind", "The school asks for support for a child"),
    "support_request_withdrawn": Words("School trekt de vraag in", "The school withdraws the request"),
    "parents_consulted": Words("School heeft met de ouders gepraat", "The school has talked with the parents"),
    "consent_given": Words("Ouders geven toestemming", "The parents give consent"),
    "consent_withdrawn": Words("Ouders trekken toestemming in", "The parents withdraw consent"),
    "case_opened": Words("Zaak geopend", "Case opened"),
    "next_step_set": Words("Volgende stap bepaald", "Next step set"),
    "case_closed": Words("Zaak afgesloten", "Case closed"),
    "jgt_referred": Words("Verwezen naar het jeugdteam", "Referred to the youth team"),
    "jgt_referral_recalled": Words("Verwijzing teruggehaald", "Referral recalled"),
    "jgt_referral_accepted": Words("Jeugdteam gaat helpen", "The youth team will help"),
    "jgt_referral_declined": Words("Jeugdteam kan niet helpen", "The youth team cannot help"),
    "event_accepted": Words("Ontvangst bevestigd", "Receipt confirmed"),
    "event_rejected": Words("Bericht afgekeurd: de vorm klopt niet", "Message rejected: its form is wrong"),
    "event_refused": Words("Bericht geweigerd: een regel verbiedt het", "Message refused: a rule forbids it"),
    "withheld": Words("Achtergehouden: dit mocht niet meer weg", "Withheld: this might not go out any more"),
}
UNREADABLE = Words("Een bericht dat niemand kan lezen", "A message that nobody can read")

OBLIGATIONS = {
    "consult_parents": Words("Praten met de ouders", "Talk with the parents"),
    "obtain_consent": Words("Toestemming vragen aan de ouders", "Ask the parents' consent"),
    "refer": Words("Verwijzen naar het jeugdteam", "Refer to the youth team"),
    "team_answer": Words("Antwoord geven aan de school", "Answer the school"),
    "third_party_step": Words("Een stap van een andere organisatie", "A step of another organisation"),
    "decide_next_step": Words("Met de ouders kiezen wat nu helpt", "Decide with the parents what helps now"),
    "evaluate_support": Words("Met de ouders kijken of de hulp genoeg is", "Evaluate with the parents whether the support is enough"),
}
NO_STEP = Words("Geen volgende stap", "No next step")

OUTCOMES = {
    "supported": Words("de hulp is genoeg", "supported"),
    "placed": Words("het kind heeft een andere plek", "placed"),
    "withdrawn": Words("de ouders willen geen hulp meer", "withdrawn by the parents"),
    "ended_by_age": Words("het kind is te oud voor deze hulp", "ended by age"),
    "moved": Words("het kind is verhuisd", "moved"),
}

OWNERS = {
    "intake": Words("Passend zelf", "Passend itself"),
    "jgt_bridge": Words("Passend zelf", "Passend itself"),
    "third_party": Words("Een andere organisatie", "Another organisation"),
}

LANES = {
    "school": Words("School", "School"),
    "intake": Words("Bewaker (intake)", "Guardian (intake)"),
    "jgt_bridge": Words("Jeugdbrug (jgt_bridge)", "Youth bridge (jgt_bridge)"),
    "gemeente": Words("Gemeente", "Gemeente"),
}
"""The columns of a timeline, in the order in which a request goes through them."""


def event(stem: str) -> Words:
    """What happened; an event that has no words yet shows its name."""
    return EVENTS.get(stem, _spelled(stem))


def obligation(kind: str) -> Words:
    """What must be done."""
    return OBLIGATIONS.get(kind, _spelled(kind))


def outcome(code: str) -> Words:
    """How a case ended."""
    return OUTCOMES.get(code, _spelled(code))


def _spelled(code: str) -> Words:
    plain = code.replace("_", " ")
    return Words(plain, plain)


DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def day(on: date) -> str:
    """A date as people here write it: za 14 nov 2026."""
    return f"{DAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]} {on.year}"


def until(due: date, today: date) -> Words:
    """How long somebody still has, or how late it is."""
    days = (due - today).days
    match days:
        case 0:
            return Words("vandaag", "today")
        case 1:
            return Words("morgen", "tomorrow")
        case -1:
            return Words("1 dag te laat", "1 day late")
        case _ if days < 0:
            return Words(f"{-days} dagen te laat", f"{-days} days late")
        case _:
            return Words(f"nog {days} dagen", f"in {days} days")


def answer(cases: int, overdue: int, without_step: int) -> Words:
    """The answer to the question above the overview."""
    if without_step:
        return Words(f"Nee: {without_step} {_children(without_step)} geen volgende stap.", f"No: {without_step} without a next step.")
    if overdue:
        return Words(f"Let op: {overdue} {_steps(overdue)} te laat.", f"Mind: {overdue} overdue.")
    if cases:
        return Words(
            "Ja: ieder kind heeft een volgende stap, en niets is te laat.", "Yes: every child has a next step, and nothing is late."
        )
    return Words("Er zijn nu geen open zaken.", "There are no open cases now.")


def _children(count: int) -> str:
    return "kind heeft" if count == 1 else "kinderen hebben"


def _steps(count: int) -> str:
    return "stap is" if count == 1 else "stappen zijn"

"""The words on the pages: plain Dutch (B1) with English beside it, per event, obligation, outcome, owner and day."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from passend_contracts.catalogue import Words

EVENTS = {
    "support_requested": Words("School vraagt hulp voor een kind", "The school asks for support for a child"),
    "support_request_withdrawn": Words("School trekt de vraag in", "The school withdraws the request"),
    "parents_consulted": Words("School heeft met de ouders gepraat", "The school has talked with the parents"),
    "consent_given": Words("Ouders geven toestemming", "The parents give consent"),
    "consent_withdrawn": Words("Ouders trekken toestemming in", "The parents withdraw consent"),
    "case_opened": Words("Zaak geopend", "Case opened"),
    "next_step_set": Words("Volgende stap bepaald", "Next step set"),
    "case_closed": Words("Zaak afgesloten", "Case closed"),
    "case_escalated": Words("Te laat: iemand anders kijkt nu mee", "Late: somebody further up looks at it now"),
    "case_stalled": Words("Nog steeds te laat: het samenwerkingsverband moet helpen", "Still late: the samenwerkingsverband has to help"),
    "case_reopened": Words("Zaak weer geopend", "Case reopened"),
    "support_plan_evaluated": Words("School en ouders keken of de hulp genoeg is", "School and parents evaluated the support"),
    "handover_announced": Words("Het kind gaat naar een ander bestuur", "The child goes to another board"),
    "handover_received": Words("De nieuwe school heeft het kind overgenomen", "The next school has taken the child over"),
    "reopen_requested": Words("School vraagt de zaak weer te openen", "The school asks to reopen the case"),
    "crisis_raised": Words("School meldt een crisis", "The school raises a crisis"),
    "crisis_updated": Words("School meldt hoe het met de crisis gaat", "The school tells how the crisis goes"),
    "crisis_acknowledged": Words("Iemand heeft de crisis opgepakt", "Somebody has taken the crisis up"),
    "crisis_escalated": Words("Voor deze crisis is (nog) iemand gewaarschuwd", "Somebody (else) was alerted to this crisis"),
    "crisis_resolved": Words("De crisis is voorbij", "The crisis is over"),
    "notification_delivered": Words("Een bericht is bezorgd", "A message was delivered"),
    "notification_failed": Words("Een bericht kwam nog niet aan", "A message did not get through yet"),
    "notification_exhausted": Words("Een bericht kwam niet aan, of niemand reageert", "A message did not arrive, or nobody answers"),
    "jgt_referred": Words("Verwezen naar het jeugdteam", "Referred to the youth team"),
    "jgt_referral_recalled": Words("Verwijzing teruggehaald", "Referral recalled"),
    "jgt_referral_accepted": Words("Jeugdteam gaat helpen", "The youth team will help"),
    "jgt_referral_declined": Words("Jeugdteam kan niet helpen", "The youth team cannot help"),
    "jgt_referral_overdue": Words("Jeugdteam heeft niet op tijd geantwoord", "The youth team has not answered in time"),
    "arrangement_requested": Words("School vraagt een arrangement aan", "The school asks for an arrangement"),
    "arrangement_granted": Words("Arrangement toegekend", "Arrangement granted"),
    "arrangement_refused": Words("Arrangement niet toegekend", "Arrangement not granted"),
    "arrangement_ended": Words("Arrangement afgelopen", "Arrangement ended"),
    "expert_requested": Words("School vraagt een deskundige aan", "The school asks for an expert"),
    "expert_assigned": Words("Er komt een deskundige", "An expert comes"),
    "expert_reported": Words("De deskundige heeft verslag gedaan", "The expert has reported"),
    "place_sought": Words("Er wordt een plek gezocht", "A place is sought"),
    "place_offered": Words("Er is een plek aangeboden", "A place is offered"),
    "place_accepted": Words("Ouders en school nemen de plek aan", "Parents and school accept the place"),
    "place_declined": Words("Ouders of school nemen de plek niet aan", "Parents or school decline the place"),
    "place_agreed": Words("De plek is voor dit kind", "The place is this child's"),
    "placement_started": Words("Het kind is begonnen op de nieuwe school", "The child has started at the new school"),
    "placement_ended": Words("Het kind gaat weg van die school", "The child leaves that school"),
    "event_accepted": Words("Ontvangst bevestigd", "Receipt confirmed"),
    "event_rejected": Words("Bericht afgekeurd: de vorm klopt niet", "Message rejected: its form is wrong"),
    "enclosures_not_passed_on": Words("Verzegeld deel niet doorgegeven aan het team", "Sealed part not passed on to the team"),
    "event_refused": Words("Bericht geweigerd: een regel verbiedt het", "Message refused: a rule forbids it"),
    "case_parked": Words("Een fout bij ons: een beheerder moet iets doen", "A fault of ours: an operator has to act"),
    "case_released": Words("De fout is opgelost: de zaak gaat verder", "The fault is mended: the case goes on"),
    "withheld": Words("Achtergehouden: dit mocht niet meer weg", "Withheld: this might not go out any more"),
}
UNREADABLE = Words("Een bericht dat niemand kan lezen", "A message that nobody can read")

REASONS = {
    "bad-json": Words("het is geen JSON", "it is not JSON"),
    "bad-utf8": Words("de tekens kloppen niet", "the characters are wrong"),
    "key-differs": Words("het staat bij een andere zaak", "it stands under another case"),
    "missing-attribute": Words("er ontbreekt een gegeven", "something is missing"),
    "no-value": Words("het is leeg", "it is empty"),
    "not-for-jsonb": Words("er staat iets in dat wij niet kunnen bewaren", "it holds something that we cannot keep"),
    "too-large": Words("het is te groot", "it is too large"),
}

OBLIGATIONS = {
    "consult_parents": Words("Praten met de ouders", "Talk with the parents"),
    "obtain_consent": Words("Toestemming vragen aan de ouders", "Ask the parents' consent"),
    "refer": Words("Verwijzen naar het jeugdteam", "Refer to the youth team"),
    "team_answer": Words("Antwoord geven aan de school", "Answer the school"),
    "third_party_step": Words("De volgende stap zetten", "Take the next step"),
    "decide_next_step": Words("Met de ouders kiezen wat nu helpt", "Decide with the parents what helps now"),
    "plan_after_crisis": Words("Afspreken hoe het na de crisis verder gaat", "Agree how it goes on after the crisis"),
    "evaluate_support": Words("Met de ouders kijken of de hulp genoeg is", "Evaluate with the parents whether the support is enough"),
    "decide_arrangement": Words("Beslissen over het arrangement", "Decide on the arrangement"),
    "evaluate_arrangement": Words("Met de ouders kijken of het arrangement genoeg is", "Evaluate the arrangement with the parents"),
    "assign_expert": Words("Een deskundige zoeken", "Find an expert"),
    "expert_report": Words("Zorgen dat de deskundige verslag doet", "Have the expert report"),
    "discuss_report": Words("Het verslag met de ouders bespreken", "Discuss the report with the parents"),
    "find_place": Words("Een plek vinden op een andere school", "Find a place at another school"),
    "bridge_to_place": Words("Het kind helpen tot het daar begint", "Support the child until it starts there"),
    "answer_offer": Words("Met de ouders antwoorden op het aanbod", "Answer the offer together with the parents"),
    "take_over": Words("Het kind overnemen", "Take the child over"),
    "resolve_stall": Words("De zaak weer op gang brengen", "Get the case going again"),
    "take_up_crisis": Words("Iemand vinden die in de crisis helpt", "Find somebody who helps in the crisis"),
    "reach_person": Words("Iemand bereiken die geen bericht kreeg", "Reach somebody whom no message reached"),
    "start_placement": Words("Het kind laten beginnen", "Let the child start"),
}
STEP = Words("Stap", "Step")
NO_STEP = Words("Niemand is aan zet: dit kind heeft geen volgende stap", "Nobody's turn: this child has no next step")

OUTCOMES = {
    "supported": Words("de hulp is genoeg", "the support is enough"),
    "placed": Words("het kind heeft een andere plek", "the child has another place"),
    "withdrawn": Words("de vraag om hulp is ingetrokken", "the request for support was withdrawn"),
    "ended_by_age": Words("het kind is te oud voor deze hulp", "the child is too old for this support"),
    "moved": Words("het kind is verhuisd", "the child has moved"),
}

SERVICES = {
    "intake": Words("Bewaker", "Guardian"),
    "jgt_bridge": Words("Jeugdbrug", "Youth bridge"),
    "placement": Words("Plaatsing", "Placement"),
    "notify": Words("Berichten", "Messages"),
    "console": Words("Overzicht", "Overview"),
}
PARTY_KINDS = {"board": Words("Schoolbestuur", "School board"), "gemeente": Words("Gemeente", "Municipality")}
PASSEND = Words("Passend zelf", "Passend itself")
THIRD_PARTY = Words("Een andere organisatie", "Another organisation")
AWAY = Words(
    "De database antwoordt nu niet. Wat hier staat kan oud zijn; de pagina komt vanzelf terug.",
    "The database does not answer now. What stands here may be old; the page comes back by itself.",
)
NO_SCHOOL = Words("School nog niet bekend", "School not known yet")


def event(stem: str) -> Words:
    """What happened; an event that has no words yet shows its name."""
    return EVENTS.get(stem, _spelled(stem))


def service(name: str) -> Words | None:
    """What a service is called; None for a party."""
    return SERVICES.get(name)


def actor(name: str) -> Words:
    """What a service or a kind of party is called."""
    return PARTY_KINDS.get(name) or SERVICES[name]


def obligation(kind: str) -> Words:
    """What must be done."""
    return OBLIGATIONS.get(kind, _spelled(kind))


def outcome(code: str) -> Words:
    """How a case ended."""
    return OUTCOMES.get(code, _spelled(code))


def unreadable(code: str) -> Words:
    """Why nobody can read a message; the code stays beside the words, for who has to mend it."""
    return Words(*(f"{said} ({code})" for said in REASONS[code])) if code in REASONS else same(code)


def reason(of: Words) -> Words:
    """Why something is as it is."""
    return joined((Words("Reden", "Reason"), of), ": ")


def _spelled(code: str) -> Words:
    return same(code.replace("_", " "))


def same(text: str) -> Words:
    """A name, which is the same in both languages."""
    return Words(text, text)


def joined(parts: Iterable[Words], by: str) -> Words:
    """These one after the other, in each language."""
    dutch, english = zip(*parts, strict=True)
    return Words(by.join(dutch), by.join(english))


DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def day(on: date) -> Words:
    """A date as people here write it: za 14 nov 2026."""
    return Words(f"{DAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]} {on.year}", f"{on:%a} {on.day} {on:%b} {on.year}")


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


def answer(cases: int, helped: int, overdue: int, without_step: int, *, crisis_waits: bool) -> tuple[Words, Words]:
    """The answer to the question above the overview, and what it means."""
    if without_step:
        return Words(
            f"Nee: {without_step} {_children(without_step)} geen volgende stap.", f"No: {without_step} without a next step."
        ), FORGOTTEN
    if crisis_waits:
        return Words("Nu nog niet: er wacht een crisis op hulp.", "Not yet: a crisis waits for help."), CALLED
    if overdue:
        return Words(
            f"Niet overal: bij {overdue} {_are_late(overdue)} te laat.", f"Not everywhere: late in {overdue} of {cases} cases."
        ), LATE
    if helped < cases:
        return Words("Nog niet, maar geen kind is vergeten.", "Not yet, but no child is forgotten."), WAITING
    if cases:
        return Words("Ja, ieder kind krijgt hulp.", "Yes, every child gets help."), Words("Niets is te laat.", "Nothing is late.")
    return NOTHING_OPEN, Words("Niemand wacht op hulp.", "Nobody waits for help.")


FORGOTTEN = Words("Dat mag niet: voor ieder kind is altijd iemand aan zet.", "That must not be: every child always has a next step.")
CALLED = Words(
    "Wij waarschuwen wie dienst heeft, en de volgende, tot iemand helpt.", "We alert who is on call, and the next, until somebody helps."
)
LATE = Words(
    "Ieder kind heeft een volgende stap. Wat te laat is, staat bovenaan.", "Every child has a next step. What is late comes first."
)
WAITING = Words(
    "Wie nog geen hulp krijgt, heeft een volgende stap. Niets is te laat.", "Those without help yet have a next step. Nothing is late."
)


def _children(count: int) -> str:
    return "kind heeft" if count == 1 else "kinderen hebben"


def _are_late(count: int) -> str:
    return "kind is iets" if count == 1 else "kinderen is iets"


class Listing(NamedTuple):
    """What a list is called, and what it says when nothing is on it."""

    title: Words
    empty: Words


NOTHING_OPEN = Words("Er zijn nu geen open zaken.", "There are no open cases now.")
LISTED = {
    "zaken": Listing(Words("Open zaken", "Open cases"), NOTHING_OPEN),
    "deze-week": Listing(
        Words("Deze week", "This week"), Words("Deze week hoeft niemand een stap te zetten.", "No step is due this week.")
    ),
    "te-laat": Listing(Words("Te laat", "Overdue"), Words("Niets is te laat.", "Nothing is late.")),
    "zonder-stap": Listing(
        Words("Zonder stap", "Without a step"),
        Words(
            "Ieder kind heeft een volgende stap. Zo hoort het: staat hier iets, dan is de belofte gebroken.",
            "Every child has a next step. That is the promise: whatever stands here breaks it.",
        ),
    ),
    "crises": Listing(Words("Crises", "Crises"), Words("Er is nu geen crisis.", "There is no crisis now.")),
    "bij-anderen": Listing(
        Words("Bij een ander", "With others"),
        Words("Niemand wacht op een andere organisatie.", "Nobody waits for another organisation."),
    ),
    "geholpen": Listing(Words("Geholpen", "Helped"), Words("Er is nog geen hulp begonnen.", "No support has started yet.")),
    "werklijst": Listing(Words("Onze werklijst", "Our work list"), Words("Er wacht nu niets op ons.", "Nothing waits for us now.")),
    "verwijzingen": Listing(Words("Alle verwijzingen", "All referrals"), Words("Er is niets verwezen.", "Nothing was referred.")),
    "zonder-antwoord": Listing(
        Words("Wacht op uw antwoord", "Waits for your answer"), Words("Er wacht niets op uw antwoord.", "Nothing waits for your answer.")
    ),
    "geparkeerd": Listing(Words("Geparkeerd", "Parked"), Words("Geen enkele zaak is geparkeerd.", "No case is parked.")),
    "dode-brieven": Listing(Words("Dode brieven", "Dead letters"), Words("Er zijn geen dode brieven.", "There are no dead letters.")),
}
"""By the place of each list on the site."""
OPERATOR = Words("Beheer", "Operators")

SITUATIONS = {
    "escalated_behaviour": Words("Gedrag loopt uit de hand", "Escalated behaviour"),
    "threatened_removal": Words("Dreigt van school te moeten", "Threatened with removal"),
    "dropped_out": Words("Komt niet meer op school", "Dropped out of school"),
    "unsafe_at_school": Words("Onveilig op school", "Unsafe at school"),
    "unsafe_at_home": Words("Onveilig thuis", "Unsafe at home"),
    "bereavement": Words("Verlies in de familie", "Bereavement"),
}
URGENCIES = {"now": Words("nu hulp nodig", "help needed now"), "today": Words("vandaag hulp nodig", "help needed today")}
ANSWERS = {
    "accepted": Words("Aangenomen", "Accepted"),
    "declined": Words("Afgewezen", "Declined"),
    "recalled": Words("Teruggehaald door de school", "Recalled by the school"),
}


def situation(code: str) -> Words:
    """What kind of crisis it is."""
    return SITUATIONS.get(code, _spelled(code))


def urgency(code: str) -> Words:
    """How fast somebody has to be there."""
    return URGENCIES.get(code, _spelled(code))


def team_answer(code: str) -> Words:
    """What a team said of a referral."""
    return ANSWERS.get(code, _spelled(code))


def waited(since: datetime, now: datetime) -> Words:
    """How long somebody waits already."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 120:
        return Words(f"{minutes} {'minuut' if minutes == 1 else 'minuten'}", f"{minutes} {'minute' if minutes == 1 else 'minutes'}")
    if minutes < 48 * 60:
        return Words(f"{minutes // 60} uur", f"{minutes // 60} hours")
    return Words(f"{minutes // 1440} dagen", f"{minutes // 1440} days")


def after(days: int) -> Words:
    """How long something took."""
    if days == 0:
        return Words("op dezelfde dag", "on the same day")
    return Words(f"na {days} {'dag' if days == 1 else 'dagen'}", f"after {days} {'day' if days == 1 else 'days'}")


def number(value: float) -> str:
    """As people here write it: 1,5, and 2 for 2."""
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")

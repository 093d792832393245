"""The words on the office's page: plain Dutch (B1) with English beside it, per field, button, code and rule."""

from datetime import date

from passend_contracts.catalogue import Words

TITLE = Words("Wat wacht op ons?", "What waits for us?")
NOTHING = Words("Er wacht nu niets, en er loopt geen hulp.", "Nothing waits now, and no support runs.")
PLACES = Words("Plekken per school", "Places per school")
NO_PLACES = Words("Er is nog niet gezegd hoeveel plekken er zijn.", "Nobody has said yet how many places there are.")
SEEK = Words("Een plek zoeken voor een kind", "Seek a place for a child")
CASE = Words("Zaak (nummer)", "Case (its id)")
SIGN_IN = Words("Aanmelden", "Sign in")
SIGN_OUT = Words("Afmelden", "Sign out")
TOKEN = Words("Plak hier uw sleutel: wat `passend token swv2801` toont", "Paste your key here: what `passend token swv2801` shows")
NOT_LET_IN = Words("Met deze sleutel kunt u hier niet naar binnen.", "This key does not let you in here.")
DONE = Words("Gedaan. Zo staat het er nu voor:", "Done. This is how it stands now:")
NOT_DONE = Words("Dit is niet gelukt. Er is niets veranderd.", "This did not work. Nothing was changed.")
CLOSED = Words("Deze zaak is afgesloten", "This case is closed")
NO_SCHOOL = Words("School nog niet bekend", "School not known yet")

BUTTONS = {
    "grant_arrangement": Words("Toekennen", "Grant"),
    "refuse_arrangement": Words("Niet toekennen", "Refuse"),
    "end_arrangement": Words("Beëindigen", "End"),
    "assign_expert": Words("Deskundige inzetten", "Assign an expert"),
    "note_report": Words("Er is verslag gedaan", "The report is there"),
    "seek_place": Words("Gaan zoeken", "Begin to seek"),
    "offer_place": Words("Plek aanbieden", "Offer a place"),
    "start_placement": Words("Het kind is begonnen", "The child has started"),
    "end_placement": Words("Het kind gaat weg", "The child leaves"),
    "agree_capacity": Words("Bewaren", "Keep"),
}

FIELDS = {
    "hoursPerWeek": Words("Uren per week, hoogstens", "Hours a week, at most"),
    "budget": Words("Geld in euro's, hoogstens", "Money in euros, at most"),
    "startsOn": Words("Eerste dag", "First day"),
    "evaluateOn": Words("Samen bekijken, uiterlijk", "Evaluate by"),
    "endsOn": Words("Laatste dag", "Last day"),
    "ground": Words("Waarom niet?", "Why not?"),
    "possible": Words("Wat kan wel?", "What is possible?"),
    "endedOn": Words("Laatste dag", "Last day"),
    "reason": Words("Waarom?", "Why?"),
    "provider": Words("Wie stuurt de deskundige?", "Who sends the expert?"),
    "reportDue": Words("Verslag klaar, uiterlijk", "Report due"),
    "reportedOn": Words("Datum van het verslag", "Date of the report"),
    "kind": Words("Soort school", "Kind of school"),
    "findBy": Words("Plek gevonden, uiterlijk", "Place found by"),
    "school": Words("School", "School"),
    "availableFrom": Words("Vrij vanaf", "Free from"),
    "answerDue": Words("Antwoord, uiterlijk", "Answer due"),
    "startedOn": Words("Eerste dag daar", "First day there"),
    "places": Words("Aantal plekken in totaal", "Places in all"),
    "Idempotency-Key": Words("Dit formulier", "This form"),
}

CODES = {
    "bridging": Words("overbrugging tot er een plek is", "bridging until there is a place"),
    "back_to_mainstream": Words("terug naar een basisschool", "back to a basisschool"),
    "exceptional": Words("uitzonderlijke situatie", "exceptional situation"),
    "educationalist": Words("orthopedagoog", "educationalist"),
    "psychologist": Words("psycholoog", "psychologist"),
    "special_teacher": Words("leraar speciaal onderwijs", "teacher of special education"),
    "speech_therapist": Words("logopedist", "speech therapist"),
    "within_school_budget": Words("de school kan dit zelf betalen", "the school's own budget is enough"),
    "not_exceptional": Words("de situatie is niet uitzonderlijk", "the situation is not exceptional"),
    "not_temporary": Words("de hulp is niet tijdelijk", "the support is not temporary"),
    "incomplete": Words("er ontbreekt iets in de aanvraag", "something is missing in the request"),
    "use_school_budget": Words("eigen geld van de school gebruiken", "use the school's own budget"),
    "request_expert": Words("een deskundige aanvragen", "ask for an expert"),
    "complete_request": Words("de aanvraag aanvullen", "complete the request"),
    "seek_place": Words("een andere plek zoeken", "seek another place"),
    "term_reached": Words("de laatste dag is voorbij", "the last day has passed"),
    "goal_met": Words("het doel is bereikt", "the goal is met"),
    "pupil_left": Words("het kind is weg van deze school", "the pupil has left"),
    "not_used": Words("de hulp is niet gebruikt", "the support was not used"),
    "case_closed": Words("de zaak is afgesloten", "the case is closed"),
    "ambulatory_service": Words("ambulante dienst", "ambulatory service"),
    "special_school": Words("school voor speciaal onderwijs", "special school"),
    "samenwerkingsverband": Words("wij zelf", "we ourselves"),
    "independent": Words("zelfstandig deskundige", "independent expert"),
    "to_secondary": Words("naar het voortgezet onderwijs", "to secondary education"),
    "moved": Words("verhuisd", "moved"),
    "other_place": Words("naar een andere plek", "to another place"),
    "sbo": Words("speciaal basisonderwijs (sbo)", "special primary education (sbo)"),
    "so": Words("speciaal onderwijs (so)", "special education (so)"),
}

RULES = {
    "known_case": Words("Deze zaak kennen wij niet.", "We know no such case."),
    "known_request": Words("Deze aanvraag kennen wij niet.", "We know no such request."),
    "open_case": Words("Deze zaak is afgesloten.", "This case is closed."),
    "case_parked": Words("Deze zaak wacht op een beheerder. Probeer het straks weer.", "This case waits for an operator. Try again later."),
    "request_undecided": Words("Hierover is al beslist.", "This was decided already."),
    "one_arrangement": Words("Er loopt al een arrangement. Beëindig dat eerst.", "An arrangement runs already. End that first."),
    "arrangement_runs": Words("Dit arrangement loopt niet.", "This arrangement does not run."),
    "expert_unassigned": Words("Er is al een deskundige.", "There is an expert already."),
    "expert_assigned": Words(
        "Er is nog geen deskundige, of het verslag is er al.", "No expert was assigned, or the report is there already."
    ),
    "place_sought_once": Words("Voor dit kind zoeken wij al, of het heeft een plek.", "We seek for this child already, or it has a place."),
    "place_sought": Words("Voor dit kind zoeken wij nu geen plek.", "No place is sought for this child now."),
    "fitting_school": Words("Deze school is niet van de soort die wij zoeken.", "This school is not of the kind that is sought."),
    "capacity_left": Words("Er is daar geen plek meer vrij.", "No place is left there."),
    "place_agreed": Words("Ouders en school hebben nog geen plek aangenomen.", "Parents and school have not accepted a place yet."),
    "placement_started": Words("Het kind is daar niet begonnen.", "The child has not started there."),
}

PROBLEMS = {
    "missing-field": Words("vul dit in", "fill this in"),
    "wrong-type": Words("vul een getal in", "fill in a number"),
    "bad-format": Words("vul een datum in die bestaat", "fill in a date that exists"),
    "out-of-bounds": Words("dit getal is te groot of te klein", "this number is too large or too small"),
    "id-reused": Words("het is al verstuurd; laad de pagina opnieuw", "it was sent already; load the page again"),
    "unknown-school": Words("kies een school voor speciaal (basis)onderwijs", "choose a special school"),
    "does-not-fit": Words("dit past niet bij de rest, of niet bij de dag van vandaag", "this does not fit the rest, or today's date"),
}


def field(name: str) -> Words:
    """What a field asks."""
    return FIELDS.get(name, Words(name, name))


def code(value: str) -> Words:
    """What a code means; one that has no words yet shows its name."""
    return CODES.get(value, Words(value.replace("_", " "), value.replace("_", " ")))


def problem(path: str, kind: str) -> Words:
    """What is wrong with which field."""
    name, wrong = field(path.removeprefix("$.")), PROBLEMS.get(kind, Words("dit klopt niet", "this is not right"))
    return Words(f"{name.nl}: {wrong.nl}", f"{name.en}: {wrong.en}")


def rule(name: str) -> Words:
    """Which rule forbids it."""
    return RULES.get(name, NOT_DONE)


def said(nl: str, en: str, **parts: object) -> Words:
    """A sentence in both languages with words, dates and numbers in it."""
    return Words(nl.format(**{name: _in(part, 0) for name, part in parts.items()}), en.format(**{n: _in(p, 1) for n, p in parts.items()}))


def _in(part: object, language: int) -> object:
    if isinstance(part, Words):
        return part[language]
    return day(part)[language] if isinstance(part, date) else part


MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def day(on: date) -> Words:
    """A date as people here write it: 14 nov 2026, never broken over two lines."""
    return Words(f"{on.day}\u00a0{MONTHS[on.month - 1]}\u00a0{on.year}", f"{on.day}\u00a0{on:%b}\u00a0{on.year}")


def hours(wanted: int | None) -> Words:
    """How many hours a week a school asks, if any."""
    return Words(f", {wanted} uur per week", f", {wanted} hours a week") if wanted else Words("", "")

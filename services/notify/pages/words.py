"""The words on the pages of a crisis: plain Dutch (B1) with English beside it."""

from datetime import datetime

from passend_contracts.catalogue import Words

from services.chassis.calendar import LEGAL_TIME

CRISIS = Words("Een school vraagt nu hulp", "A school asks for help now")
TAKE = Words("Ik help nu", "I help now")
TAKE_MEANS = Words(
    "Druk alleen als u echt gaat helpen. De school ziet dat iemand helpt, en wij waarschuwen niemand anders meer.",
    "Only press if you really will help. The school sees that somebody helps, and we alert nobody else.",
)
CANNOT = Words(
    "Kunt u niet helpen? Doe dan niets: wij waarschuwen vanzelf iemand anders.",
    "Cannot help? Then do nothing: we alert somebody else by ourselves.",
)
NEW_MESSAGE = Words(
    "Deze link is gebruikt. De crisis is opnieuw begonnen: in uw mailbox komt een nieuw bericht als u aan de beurt bent.",
    "This link was used. The crisis began again: a new message comes to your mailbox when it is your turn.",
)
RESOLVED = Words("De crisis is voorbij", "The crisis is over")
IS_IT_OVER = Words("Is de crisis voorbij?", "Is the crisis over?")
RESOLVE = Words("Ja, de crisis is voorbij", "Yes, the crisis is over")
NOT_YET = Words(
    "Nog niet voorbij? Doe dan niets: wij vragen het later weer.",
    "Not over yet? Then do nothing: we ask again later.",
)
YOURS = Words("Dank u: u hebt de crisis opgepakt", "Thank you: you have taken the crisis up")
WHAT_NOW = Words(
    "Bel nu de school. In uw mailbox staat een bericht waarmee u later zegt dat de crisis voorbij is.",
    "Phone the school now. In your mailbox is a message with which you say later that the crisis is over.",
)
TAKEN = Words("Iemand heeft deze crisis al opgepakt", "Somebody has taken this crisis up already")
NOTHING_TO_DO = Words("U hoeft niets te doen.", "There is nothing you have to do.")
THANKS = Words("Dank u. De school en het schoolbestuur horen het ook.", "Thank you. The school and its board hear of it too.")
UNKNOWN = Words("Deze link kennen wij niet", "We do not know this link")
COPY_WHOLE = Words(
    "Open de link zoals die in het bericht staat, van begin tot eind. Een link van lang geleden werkt niet meer.",
    "Open the link as it stands in the message, from beginning to end. One of long ago works no more.",
)
OTHER = Words("Deze link is van een andere crisis", "This link is of another crisis")
NOTHING_CHANGED = Words(
    "Er is niets veranderd. Open de link uit het bericht over deze crisis.",
    "Nothing was changed. Open the link in the message about this crisis.",
)
PHONE = Words("Wie kunt u nu bellen?", "Whom can you phone now?")
WHOSE_NUMBERS = Words(
    "Dit zijn de nummers van de gemeente waar het kind woont. Ze werken dag en nacht.",
    "These are the numbers of the gemeente where the child lives. They answer day and night.",
)
DANGER = Words("Is er levensgevaar? Bel 112.", "Is a life in danger? Call 112.")
AT_WORK = Words(
    "Het samenwerkingsverband werkt nu. Een crisismelding wordt nu gelezen.", "The samenwerkingsverband is at work. A crisis is read now."
)
NOT_AT_WORK = Words(
    "Het is nu buiten kantooruren. Wacht niet op een antwoord: bel een van deze nummers.",
    "It is outside office hours now. Do not wait for an answer: phone one of these numbers.",
)

REACH = Words("Wie kunt u over dit kind bellen?", "Whom can you phone about this child?")
SCHOOL, LIVES, SINCE, URGENCY, SITUATION, TAKEN_UP, STANDS = (
    Words("School", "School"),
    Words("Het kind woont in", "The child lives in"),
    Words("Gemeld", "Noticed"),
    Words("Hoe snel", "How fast"),
    Words("Wat is er", "What it is"),
    Words("Opgepakt", "Taken up"),
    Words("Hoe gaat het", "How it goes"),
)

CODES = {
    "now": Words("er moet nu iemand zijn", "somebody has to be there now"),
    "today": Words("er moet vandaag iemand zijn", "somebody has to be there today"),
    "escalated_behaviour": Words("gedrag dat uit de hand loopt", "behaviour that got out of hand"),
    "threatened_removal": Words("het kind dreigt van school te moeten", "the child may have to leave the school"),
    "dropped_out": Words("het kind komt niet meer op school", "the child no longer comes to school"),
    "unsafe_at_school": Words("het is niet veilig op school", "it is not safe at school"),
    "unsafe_at_home": Words("het is niet veilig thuis", "it is not safe at home"),
    "bereavement": Words("iemand is overleden", "somebody has died"),
    "parent": Words("ouder", "parent"),
    "guardian": Words("voogd", "guardian"),
    "teacher": Words("leraar", "teacher"),
    "internal_supervisor": Words("intern begeleider", "internal supervisor"),
    "ongoing": Words("de crisis duurt voort", "the crisis goes on"),
    "calmer": Words("het is rustiger", "it is calmer"),
    "over": Words("het is voorbij", "it is over"),
}

ROLES = {
    "crisis_contact": Words("het crisispunt van het samenwerkingsverband", "the crisis desk of the samenwerkingsverband"),
    "crisis_on_call": Words("wie dienst heeft voor deze gemeente", "who is on call for this gemeente"),
    "education_specialist": Words("de onderwijsspecialist", "the education specialist"),
    "swv_director": Words("de directeur van het samenwerkingsverband", "the director of the samenwerkingsverband"),
    "school": Words("de school", "the school"),
}


def code(value: str) -> Words:
    """What a code means; one that has no words yet shows its name."""
    return CODES.get(value, Words(value.replace("_", " "), value.replace("_", " ")))


def by(role: str | None, at: datetime | None) -> Words:
    """Who did something and when: a role, never a name."""
    who = ROLES.get(role or "", code(role or "unknown"))
    when = moment(at) if at else Words("", "")
    return Words(f"Door {who.nl}, {when.nl}.", f"By {who.en}, {when.en}.")


MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def moment(at: datetime) -> Words:
    """A moment as people here write it: 14 nov om 16.05 uur."""
    local = at.astimezone(LEGAL_TIME)
    return Words(f"{local.day}\u00a0{MONTHS[local.month - 1]} om {local:%H.%M}\u00a0uur", f"{local.day}\u00a0{local:%b} at {local:%H:%M}")

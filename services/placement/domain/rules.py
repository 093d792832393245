"""What forbids a decision or an answer: each rule with its source, and with what is possible instead."""

from typing import NamedTuple


class Rule(NamedTuple):
    """A rule that was met instead of a decision."""

    rule: str
    ground: str
    possible: str


KNOWN_CASE = Rule("known_case", "The samenwerkingsverband decides on cases of its own boards", "Check the id of the case.")
KNOWN_REQUEST = Rule("known_request", "A decision answers a request of the board", "Check the id of the request.")
OPEN_CASE = Rule("open_case", "Nobody owes anything in a closed case", "The board sends support_requested with a new case id.")
UNDECIDED = Rule("request_undecided", "A request is decided once", "End the arrangement, or let the board send a new request.")
ONE_ARRANGEMENT = Rule(
    "one_arrangement", "Support of one child is not paid twice", "End the arrangement that runs; the next can start the day after."
)
RUNNING = Rule("arrangement_runs", "Only what was granted and has not ended can end", "Nothing: it has no effect any more, or none yet.")
UNASSIGNED = Rule("expert_unassigned", "A request gets one expert", "Wait for the report; the board may send a new request after that.")
ASSIGNED = Rule("expert_assigned", "Only an assigned expert reports, and once", "Assign the expert first.")
SEARCHED_ONCE = Rule("place_sought_once", "A child is placed once at a time", "Offer the place that is sought, or end the placement.")
SOUGHT = Rule("place_sought", "An offer answers a search, and stands alone", "Begin a search, or wait for the answer to the offer.")
FITTING_SCHOOL = Rule(
    "fitting_school", "The place is at a school of the kind that is sought", "Offer a location of that kind in this region."
)
CAPACITY = Rule(
    "capacity_left", "Two children never get the same place", "Offer another location, or agree on more places with the school."
)
OFFER_OPEN = Rule("offer_open", "An offer stands until it is answered or its term is over", "Wait for the next offer; the search goes on.")
AGREED = Rule("place_agreed", "A child starts where parents and school accepted a place", "Wait for place_accepted of the board.")
STARTED = Rule("placement_started", "Only a placement that has started can end", "Nothing: there is no placement now.")

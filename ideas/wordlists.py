"""Words at which a person should look twice: threats, and slurs against people for who they are.

Short on purpose, and only in languages of which we are sure. A mark is a hint and nothing more: no word here
hides anything, and no opinion stands here, least of all one about the police. Left out are words that are
also names of places, things or families, and those that people use of themselves.
"""

from __future__ import annotations

import re

# "I will hurt you": somebody announces harm to somebody. Not "this corner will kill someone", and not
# "they shoot fireworks".
_INTENT = (
    r"\b(?:i|we)(?:['’]ll| will| am going to|['’]m going to|['’]m gonna| gonna"
    r"|['’]re going to|['’]re gonna| are going to| am gonna)(?: \w+){0,2}? "
)
_SOMEBODY = (
    r"(?:you|him|her|them|y['’]?all|ya|every(?:one|body)|some(?:one|body)|(?:the |a |those |these )?"
    r"(?:cops?|officers?|police|kids?|neighbou?rs?|people|drivers?|owners?)"
    r"|(?:my|your|his|her|their|that|this) (?:\w+ )?"
    r"(?:neighbou?r|family|kid|house|home|wife|husband|guy|man|woman)s?)"
)
THREAT = re.compile(
    rf"{_INTENT}(?:kill|murder|shoot|stab|hurt|beat|strangle|attack|bomb|burn|run over)(?: up| down)?"
    rf" {_SOMEBODY}\b"
    rf"|{_INTENT}(?:shoot up|blow up|burn down|bomb) \w+"
    r"|\b(?:you|they|he|she)(?:['’]re|['’]s| are| is)? (?:all )?"
    r"(?:deserves? to die|(?:going to|gonna) get (?:shot|stabbed))\b"
    r"|\bwatch your back\b"
    r"|\b(?:te|los|las|la|lo|les) voy a (?:matar|apuñalar|disparar)\b|\bvoy a matar(?:te|lo|la|los|las)\b"
    r"|\bje vais (?:te|vous|le|la|les) (?:tuer|buter)\b"
    r"|\bя (?:тебя|вас|его|её|их) убью\b|\bубью (?:тебя|вас)\b"
    r"|\bm ap touye\b"
    r"|我要杀了|我要殺了|我会杀了|我會殺了|죽여버리겠|죽여 버리겠|তোকে মেরে ফেলব|سأقتلك",
    re.IGNORECASE,
)

# Against people for where they or their families come from, what they believe, whom they love, how they were
# born. "Spic and span", a chink in a fence, Maine coons, trannies of cars and the like must pass.
SLUR = re.compile(
    r"\b(?:"
    r"niggers?|sandniggers?|kikes?|spics?(?! (?:and|&|n) span)|wetbacks?|gooks?|chinks?(?! in\b)"
    r"|towelheads?|ragheads?|beaners?|zipperheads?|faggots?|retards?|retarded"
    r"|maricon(?:es)?|maricón|sudacas?|negratas?"
    r"|bougnoules?|youpins?"
    r"|черножоп\w*|жид(?:ы|ов|ам|ами|ах)"
    r")\b"
    r"|支那人|支那猪|支那豬|黑鬼|짱깨|쪽바리|깜둥이",
    re.IGNORECASE,
)

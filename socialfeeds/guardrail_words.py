"""The words that the guardrails look for, in small letters with plain quotes and dashes.

Each pair is what speaks, and what passes all the same. A phrase is chosen so that it says something of a case
or a person: "an arrest" is a word, "was arrested" a fact. Only in languages of which we are sure. No pattern
repeats within a repeat, and every gap is bounded: a text of any kind is read once.
"""

from __future__ import annotations

PERSON = (
    r"(?:man|men|woman|women|person|people|males?|females?|boys?|girls?|child|children|teens?|teenagers?"
    r"|youths?"
    r"|drivers?|riders?|pedestrians?|cyclists?|motorcyclists?|residents?|workers?|clerks?|students?|couple"
    r"|mother"
    r"|father|son|daughter|husband|wife|brother|sister|neighbors?|tourists?|customers?|passengers?"
    r"|straphangers?"
    r"|he|she|they|both)"
)
HARMED = (
    r"(?:shot|stabbed|slashed|robbed|raped|mugged|groped|molested|abused|assaulted|attacked|beaten|punched"
    r"|choked"
    r"|strangled|killed|murdered|kidnapped|struck|run over|trafficked)"
)
CRIME = (
    r"(?:shooting|stabbing|homicide|murder|slashing|robbery|burglary|assault|rape|carjacking|hit-and-run"
    r"|arson"
    r"|kidnapping|break-in)"
)
BEEN = r"(?:is|are|was|were|be|been|being|got|gets)"

CASES = (
    rf"\b(?:{BEEN} (?:still |now |also )?investigat(?:ed|ing)|we(?:'re| are) investigating"
    rf"|under investigation"
    r"|(?:ongoing|active|open|pending|criminal|continuing|homicide) investigation|investigation (?:into|of"
    r"|continues)"
    r"|investigators (?:say|said|believe|think|found|are|have|say|want)"
    r"|detectives (?:are |have |were )?(?:investigat|search|look|seek|believe|question|identif|arrest)\w*"
    r"|persons? of interest|at large|(?:in|into|taken in) custody|the motive|confess(?:ed|es|ion)"
    r"|(?:dna|forensic|ballistics?|fingerprint|video) evidence|evidence (?:shows|suggests|ties|against"
    r"|points)"
    r"|surveillance (?:video|footage|camera)s? (?:of|shows?|from|captured)|grand jury"
    r"|indict(?:ed|ment)|arraign(?:ed|ment)|(?:search|arrest|bench) warrants?|warrant (?:was )?executed"
    r"|wanted (?:for|in connection)|in connection with|cold case"
    r"|case (?:is|remains) (?:still )?open|(?:case|complaint|arrest) (?:number|no\.?|#)|case \d[\d-]{3,}"
    rf"|{CRIME} pattern|(?:pattern|string|series|spree) of (?:\w+ )?(?:robber|burglar|theft|assault"
    rf"|shooting)\w*"
    r"|(?:made|make|expect|announce|effected|close to|near) "
    r"(?:an|the|two|three|several|more) arrests?|arrests? (?:was"
    r"|were) made"
    r"|arrested|charged with|charged in|"
    rf"(?:last night's|yesterday's|today's|this morning's|the|a) (?:\w+ )?(?:fatal )?{CRIME} (?:on|at|in"
    rf"|near|of|that)"
    r"|(?:search|look|ask|hunt)\w* for (?:a|an|the|two|three|this) (?:\w+ )?(?:man|woman|men|women|male"
    r"|female|suspects?"
    r"|driver who|group of)|seeking (?:a|an|the|two|three) (?:\w+ )?(?:man|woman|men|women|male|suspects?)"
    r"|(?:the|a|this|that|our|one|two|three|four|male|female|second|each|every|another|murder"
    r"|robbery) suspects?"
    r"|suspects? (?:is|are|was|were|has|have|had|fled|ran|vehicle|car|identified|in|wanted|arrested"
    r"|described)"
    r"|bajo investigación|investigando|investigan|sospechos[oa]s?|detenid[oa]s?|arrestad[oa]s?)\b"
    r"|嫌疑人|嫌犯|疑犯|調查中|调查中|正在調查|正在调查|通緝|通缉|逮捕|被捕",
    r"\b(?:(?:can|could|may|will|might|to|get|getting|not) (?:be )?arrested|if (?:you (?:are"
    r"|were) )?arrested"
    r"|(?:arrested|charged) (?:or|and) (?:fined|towed)|family assault|assault of)\b",
)

VICTIMS = (
    r"\b(?:(?:the|this|our|a|an|one|two|three|four|(?:fe)?male|elderly|young|second|third|both|each"
    r"|another|every|"
    r"his|her|their|homicide|murder|shooting|robbery|assault|rape) (?:[\w-]+ )?victims?"
    r"|victims? (?:was|were|is|are|told|said|suffered|identified|has|had|died|fled|says)"
    r"|victim's (?:name|family|age|address|mother|father|condition|wife|husband|home|car|phone|body)"
    rf"|{PERSON} (?:who )?(?:was|were|got|has been|have been|is|are) (?:\w+ly )?{HARMED}"
    rf"|who (?:\w+ly )?{HARMED} (?:a|an|the|his|her|two|three) "
    r"|(?:the|a|identified) deceased|deceased (?:was|is|has)|next of kin"
    r"|(?:la|las|el|una|cada) víctimas?)\b"
    r"|受害者|受害人|被害人|피해자",
    r"\b(?:(?:be|become|are|were|been|being|falling|fall|fell|becoming) (?:a |an |the )?(?:[\w-]+ )?victims?"
    r"|victims? of (?:domestic|dating|family|identity|elder|sexual|9/11|september|a hate|hate|crime|crimes"
    r"|human|scams?|"
    r"fraud|terror\w*|the holocaust|gun violence|traffic)"
    r"|(?:crime )?victims?'?s? (?:services|assistance|advocates?|support|compensation|rights|resources"
    r"|specialists?)"
    r"|víctimas de (?:violencia|delitos|crímenes))\b",
)

WITNESSES = (
    r"\b(?:(?:a|one|two|three|four|several|the|our|another|some|key|eye|first|only) witness(?:es)?"
    r"|eyewitness(?:es)?|according to (?:a |one |the )?witness(?:es)?"
    r"|witness(?:es)? (?:said|says|say|told|tell|saw|see|stated|reported|identified|described|heard|was|is"
    r"|were|has|have)"
    r"|(?:the|a|our|911) callers?|tipsters?|(?:confidential|police|paid|registered) (?:informants?"
    r"|sources?)|informants?"
    r"|(?:thanks to|following|after|based on|from) (?:a|an|the) (?:\w+ )?tips? (?:from|by)"
    r"|(?:neighbor|resident|clerk|person|man|woman|employee) who (?:called|tipped|reported|came forward"
    r"|spoke)"
    r"|(?:el|la|los|las|un|una) testigos?)\b"
    r"|目擊者|目击者|證人|证人|목격자",
    r"\b(?:(?:for|any|were you|are you|be|other|all|if you are) (?:a |the |our |other |more )?witness(?:es)?"
    r"|witness(?:es)? (?:are|is) (?:asked|urged|encouraged)|informant hotline|911 callers? (?:should|can"
    r"|may|must))\b",
)

# A boy or a girl, and what happened to them or what they did.
YOUNG = (
    r"(?:teens?|teenagers?|juveniles?|minors?|child|children|boys?|girls?|toddlers?|infants?|baby|babies"
    r"|kids?)"
)
MINORS = (
    r"(?:(?<![\d-])(?:[1-9]|1[0-7])[ -]years?[ -]old\b"
    r"(?! (?:[\w-]+ ){0,2}(?:program|tradition|building|park|dog|k-9|k9|horse|tree|car|vehicle|bridge"
    r"|church|company"
    r"|business|school|club|law|case|partner|team|event|restaurant|house|road|puppy|cat)s?\b))"
    r"|(?<=\b)(?:boy|girl|child|son|daughter|teen|teenager|toddler|student|brother|sister), (?:age |aged )?"
    r"(?:[1-9]|1[0-7])(?!\d)"
    rf"|\b{YOUNG} (?:was|were|is|are|has been|have been|who was|who were) (?:\w+ )?(?:arrested|shot"
    rf"|stabbed|injured|hurt"
    r"|charged|struck|missing|found|taken|robbed|hit|hospitalized|in custody|caught|suspected|abused"
    r"|assaulted|driving"
    r"|seen|last seen|safe|identified|killed|detained|beaten|questioned)"
    r"|\b(?:missing|lost|abused|injured|arrested|unaccompanied|wanted) (?:\w+ )?"
    r"(?:teen|teenager|child|children|boy|girl|toddler|infant|baby|minors?|juveniles?)\b"
    r"|\b(?:the|this|a|two|three|four) juveniles?\b|\bthe (?:child|boy|girl|teen|toddler|infant"
    r"|baby)(?:'s)? (?:was|is|has"
    r"|had|mother|father|parents|name|school|family|home|said|told|fled)\b"
    r"|\b(?:child|boy|girl|teen|toddler|infant|baby)'s (?:mother|father|parents|name|family|home)\b"
    r"|\ba minor (?:was|is|who|has|driving|in|from)\b"
    r"|\b(?:un|una|el|la|los|las) menor(?:es)?\b|\bmenor(?:es)? de edad\b|\bniñ[oa]s? (?:fue|fueron|de \d)"
    r"|未成年",
    r"\b(?:turn(?:s|ed|ing)? \d{1,2} years? old|juvenile (?:justice|crime|court|law)|child(?:ren)? (?:are"
    r"|is) (?:safe|seen) (?:in|with|when)"
    r"|menores de (?:cinco|diez|doce|\d+) años (?:deben|pueden|entran))\b",
)

RELEASED = (
    r"\b(?:(?:was|were|is|been|being|got|who was|just|again|then|later) (?:\w+ly )?(?:released|freed"
    r"|let go|let out)"
    r"(?! (?:from (?:the )?hospital|by|the|a|on video))|released (?:from (?:custody|prison|jail|rikers"
    r"|the tombs|court)"
    r"|without bail|on bail|on (?:his|her|their) own|again|back|hours later|the same|the next|on supervised)"
    r"|freed on|(?:out|free) on (?:bail|parole|probation|supervised)|supervised release|own recognizance"
    r"|paroled|parolees?|on parole|on probation|probationers?|ex-con(?:vict)?s?|ex-offenders?"
    r"|(?:former|formerly) (?:incarcerated|inmates?|convicts?|prisoners?)|(?:registered|convicted"
    r"|level (?:two|three|2|3))"
    r" sex offenders?|sex offender (?:has|is|was|lives|moved)|rap sheet|career criminal|repeat offender"
    r"|prior arrests?"
    r"|previously arrested|salió de (?:la cárcel|prisión)|libertad condicional|en libertad)\b"
    r"|假釋|假释|獲釋|获释|出獄|出狱",
    r"\b(?:(?:video|report|photo|footage|statement|data|plan|guide|app|schedule|list) (?:was|were"
    r"|is) (?:\w+ )?released"
    r"|parole officers?|probation officers?|department of probation)\b",
)

MEDICAL = (
    r"\b(?:(?:in|and in) (?:critical|stable|serious|grave|fair) (?:but \w+ )?condition"
    r"|critically (?:injured|hurt|ill|wounded)"
    r"|pronounced (?:dead|deceased)|dead (?:on arrival|at the scene)|died (?:at|of|from|in|after)"
    r"|(?:taken|rushed|transported|removed|brought|airlifted|admitted) to (?:(?:the|a|an|area|local"
    r"|nearby) )?"
    r"(?:[\w'-]+ ){0,3}hospital|hospitalized|(?:recovering|treated|remains?|is|was) (?:at|in) (?:the "
    r"|a )?(?:[\w'-]+ ){0,3}"
    r"hospital(?! for| to (?:visit|thank|meet))"
    r"|life-threatening|(?:suffer|sustain)(?:ed|s|ing) (?:a|an|from|head|stab|gunshot|minor|serious|severe"
    r"|multiple)"
    rf"|{PERSON} (?:had |has )?(?:overdosed|od'd|collapsed)|had overdosed|overdosed|fatal overdose"
    rf"|overdose victim"
    rf"|(?:committed|attempted|tried) suicide|took (?:his|her|their) own life|{BEEN} (?:\w+ )?(?:suicidal"
    rf"|intoxicated|drunk"
    r"|pregnant|bipolar|schizophrenic|unconscious|hiv.positive|mentally ill|emotionally disturbed"
    r"|drug-addicted)"
    r"|emotionally disturbed|mentally ill (?:man|woman|person)|edp|off (?:his|her|their) med(?:s|ication)"
    r"|diagnosed"
    r"|(?:heart attack|stroke|seizure|head trauma|head injur(?:y|ies)|gunshot wounds?|stab wounds?) (?:at"
    r"|while|on|in|to)"
    rf"|(?:head|blunt) trauma|{PERSON} (?:was|were|got) (?:\w+ly )?(?:injured|hurt|wounded)"
    r"|tested positive|psychiatric (?:evaluation|hold|ward)|(?:his|her|their) (?:injuries|medical|illness"
    r"|condition)"
    r"|estado crítico|hospitalizad[oa]s?|sobredosis|embarazada)\b"
    r"|送醫|送医|重傷|重伤|危在旦夕",
    r"\b(?:overdose (?:prevention|awareness|reversal|response)|suicide prevention|prevención de sobredosis"
    r"|(?:if|when|before|unless) (?:you|someone|anyone|somebody|they)(?:'re| is| are| has"
    r"| have)? (?:\w+ )?(?:suicidal|"
    r"intoxicated|drunk|pregnant|unconscious|overdosed|injured|hurt|diagnosed))\b",
)

OFFICE = (
    r"(?:mayor|governor|president|congress|senate|senator|city council|council|comptroller|assembly"
    r"|borough president"
    r"|district attorney|public advocate|judge|office)"
)
POLITICS = (
    rf"\b(?:vote (?:for|against|yes|no|out|them out|him out|her out|blue|red)|re-?elect(?:ed|ion)?|elect \w+"
    rf"|endors(?:e|es|ed|ing|ement|ements)|candidates? for (?:\w+ )?{OFFICE}|(?:runs?"
    rf"|running) for (?:\w+ )?{OFFICE}"
    r"|republicans?|democrats|democratic (?:party|socialists?|leaders?|candidates?)|gop|maga"
    r"|(?:left|right|far-left|far-right)[ -]wing|far[ -](?:left|right)|liberals|conservatives|progressives"
    r"|socialists?|woke"
    r"|bail reform|cashless bail|raise the age|de-?fund|(?:back|backs|backing) the blue|(?:blue|black"
    r"|all) lives matter"
    r"|(?:albany|city hall|washington|lawmakers|legislators|politicians|congress|the council) (?:must"
    r"|should|needs? to|has to"
    r"|have to|failed|fails|does nothing)|politicians"
    r"|(?:tell|call|write|ask|urge|contact) your (?:\w+ )?(?:senators?|representatives?|lawmakers?"
    r"|legislators?"
    r"|congress\w+|assembly ?members?|council ?members?) (?:to|and)"
    r"|(?:support|oppose|pass|kill|reject) (?:the|this) (?:\w+ )?(?:bill|law|proposition|ballot measure)"
    r"|campaign (?:donations?|contributions?|rally|fundraiser)|(?:promo|discount|use|with) code \w+"
    r"|shop at|(?:buy|order) (?:now|from)"
    r"|best (?:\w+ )?(?:pizza|bagels?|dumplings|coffee|food|burgers?|tacos|noodles|restaurant|deli|bar"
    r"|shop|store) in"
    r"|sponsored by|we (?:highly )?recommend (?:\w+ )?(?:lawyers?|restaurants?|stores?|brands?|company"
    r"|products?)"
    r"|vot[ea] por|reeli\w+)\b"
    r"|投票給|投票给|共和黨|共和党|民主黨|民主党",
    r"\b(?:vote for (?:your|the|a|an|one|ideas?|what|which|this|these|issues?|projects?|as many)\b"
    r"(?! (?:democrat|republican|senator|mayor|governor|candidate))|vote (?:yes|no) (?:in|with)"
    r"|vot[ea] por (?:su|tu|la|el|una?|las|los) )",
)

OPINION = (
    r"\b(?:i (?:really |honestly |personally |also |do )?(?:think|believe|feel|guess|hate|doubt)(?! in\b"
    r"| (?:so )?(?:proud|honored|"
    r"privileged|blessed|lucky|grateful|at home))"
    r"|in (?:my|our) (?:humble |personal |honest )?(?:opinion|view)|imh?o|personally|frankly|honestly"
    r"|if you ask (?:me|us)"
    r"|disgust(?:ing|ed)|scumbags?|scum|thugs?|low-?lifes?|idiots?|morons?|clowns?|savages?|degenerates?"
    r"|punks?|crackheads?|junkies"
    r"|(?:this|these|that|those|such an|what an|like) (?:animal|monster|lunatic|coward|loser)s?|(?:animals"
    r"|monsters|cowards)"
    r" (?:like|who|belong)"
    r"|(?:a|total|utter|absolute|what a|national) disgrace|shame(?:ful|less)|shame on|pathetic|ridiculous"
    r"|outrageous|laughable"
    r"|should be (?:locked up|behind bars|ashamed|fired|deported|thrown)|(?:belongs?"
    r"|belong) (?:behind bars|in (?:jail|prison|a cage))"
    r"|rot in|good riddance|enjoy (?:your|his|her) (?:cell|time|stay|new home)|got what (?:he|she"
    r"|they) deserved"
    r"|deserves? (?:to|what|no|every|worse|it)\b(?! (?:thanks|credit|bit))|fed up|sick (?:and tired|of)"
    r"|enough is enough"
    r"|too (?:soft|lenient)|soft on crime|revolving door|broken system|so-called|(?:couldn't"
    r"|could not) care less|smh|lmao|lol"
    r"|vergüenza|asqueros[oa]s?|escoria)\b"
    r"|人渣|可恥|可耻",
    r"\b(?:(?:how|what|whatever) (?:do )?you (?:honestly |personally )?(?:think|feel)|punk rock|(?:circus"
    r"|rodeo) clowns?"
    r"|deserves? to (?:be safe|feel safe|be heard|live|know|get home)|personally (?:deliver|thank|invite"
    r"|meet|welcome|hand)\w*"
    r"|clowns? (?:and|will|for|show))\b",
)

DO = (
    r"(?:catch|find (?:him|her|them|those|whoever|the|who)|arrest|solve|end|stop(?! (?:by|at|in))"
    r"|eliminate|eradicate|ensure"
    r"|guarantee|make (?:sure|certain)|see to it|fix|never(?! forget)|put an end|get (?:him|her|them|rid)"
    r"|clean up|wipe out"
    r"|bring (?:him|her|them|those|whoever|everyone)|not (?:rest|stop)|keep (?:you|everyone|your (?:family"
    r"|kids|children)) safe"
    r"|hold (?:him|her|them|everyone) accountable|always (?:be there|protect))"
)
PROMISES = (
    rf"\b(?:(?:we|i)(?:'ll| will| shall| are going to|'re going to| am going to|'m going to) (?:\w+ )?{DO}"
    r"|(?:we|i) (?:will not|won't) (?:rest|stop|let|allow)|guarantee[ds]?|(?:we|i|our|my) promises?"
    r"|promised? (?:to|that|you)"
    r"|(?:our|my) word\b|justice will be|(?:never|won't|will not) (?:ever )?happen again|once and for all"
    r"|(?:100 ?%|100 percent|completely|absolutely) safe|whatever it takes|nobody will ever|no one will ever"
    r"|will be (?:\w+ )?(?:fixed|done|solved|arrested|repaired|removed|gone|finished|ready|resolved|caught"
    r"|punished|gone)"
    r" (?:by|before|tomorrow|within|soon)|zero crime|crime-free|prometemos|garantizamos|le prometo"
    r"|nunca más)\b"
    r"|我們保證|我们保证|保證|保证",
    r"\b(?:(?:can't|cannot|can not|don't|do not|never|no|not|won't) (?:make )?(?:guarantees?|promises?)"
    r"|nunca más olvid\w+"
    r"|(?:promise|guarantee) (?:of|zone|program|academy))\b",
)

JARGON = (
    r"\b(?:perps?|vics?|(?:the|an) aided|(?:good|great|nice|solid) collars?|collars by|canvass(?:ed|es)?"
    r"|negative results"
    r"|apprehended|confines of|sector (?:units?|cars?)|complainants?|compstat|grand larceny auto"
    r"|in regards to|egress|ingress"
    r"|summonsed|vehicle stop|car stop|observed (?:the|a) (?:male|female|individual)|anti-crime|(?:the"
    r"|male|female) individuals?"
    r"|proceeded to|at this time|utilized?|male (?:black|white|hispanic|asian)|female (?:black|white"
    r"|hispanic|asian)"
    r"|(?:a|an|the|to a|responded to|called a) 10-(?:4|1[0-3]|5\d|8\d))\b"
    r"|\b[mf]/[bwha]\b|\bt/p/o\b",
    r"",
)
# In capitals only: in small letters some of them are words.
JARGON_CAPITALS = (
    r"\b(?:EDPs?|RMPs?|UMOS|MOS|GLAs?|ICO|CUPI|FOA|DOA|ESU|DAT|UF-?\d{2}|DD-?5|RTO|ACU|SNEU|PCT|VTL)\b"
)

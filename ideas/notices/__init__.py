"""Who follows what, who is told of what, and the e-mail that says so once.

following.py   what a participant wants to hear about
telling.py     a decision becomes notices, in one statement however many they are
words.py       a notice in words
inbox.py       one's notices as a page shows them
contacts.py    where and how often somebody wants e-mail, and that they said so
digests.py     notices become letters: at once, each day, each week
letters.py     a letter goes out once
"""

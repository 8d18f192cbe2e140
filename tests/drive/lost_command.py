"""How PySyncObj loses a command that was committed: five servers, four terms, no failure at all.

Its answers to AppendEntries have no term, so a leader counts one that an earlier term of its own
asked for. s2's answer, that it has three entries, comes late: when it is counted, s1 has other
entries there, and s2 has none of them.
"""

OLD_ANSWER = (
    ("s1", "time_out"),
    ("s2", "receive", 1),
    ("s3", "receive", 1),
    ("s1", "receive", 2),
    ("s1", "receive", 3),  # s1 leads term 1
    ("s1", "client_request", "v1"),
    ("s1", "client_request", "v1"),
    ("s1", "append_entries", "s2"),
    ("s2", "receive", 5),
    ("s2", "receive", 8),  # s2 has three entries, and says so; the answer takes its time
    ("s3", "time_out"),
    ("s4", "receive", 11),
    ("s5", "receive", 11),
    ("s3", "receive", 12),
    ("s3", "receive", 13),  # s3 leads term 2
    ("s1", "receive", 11),
    ("s1", "receive", 15),  # s1's entries are overwritten: it has one, of term 2
    ("s1", "time_out"),
    ("s4", "receive", 1),
    ("s4", "receive", 5),
    ("s4", "receive", 18),
    ("s5", "receive", 1),
    ("s5", "receive", 5),
    ("s5", "receive", 18),
    ("s1", "receive", 21),
    ("s1", "receive", 24),  # s1 leads term 3
    ("s1", "client_request", "v1"),  # the command that will be lost, at index 3
    ("s1", "receive", 9),
    ("s1", "receive", 10),  # the late answer: s1 takes it that s2 has its three entries
    ("s4", "receive", 26),
    ("s1", "receive", 30),
    ("s1", "append_entries", "s4"),
    ("s4", "receive", 32),
    ("s1", "receive", 33),  # s1 commits up to 3, which only s1 and s4 have
)
OVERWRITTEN = (
    ("s3", "receive", 5),
    ("s3", "receive", 17),
    ("s3", "receive", 18),
    ("s3", "time_out"),
    ("s2", "receive", 11),
    ("s2", "receive", 15),
    ("s2", "receive", 38),
    ("s5", "receive", 15),
    ("s5", "receive", 38),
    ("s3", "receive", 40),
    ("s3", "receive", 41),
    ("s3", "receive", 43),  # s3 leads term 4: s2 and s5 voted, who have none of s1's entries
    ("s3", "client_request", "v1"),
    ("s3", "append_entries", "s2"),
    ("s2", "receive", 46),
    ("s2", "receive", 48),
    ("s3", "receive", 49),
    ("s3", "receive", 50),
    ("s5", "receive", 46),
    ("s3", "receive", 53),
    ("s3", "append_entries", "s5"),
    ("s5", "receive", 55),
    ("s3", "receive", 56),  # s3 commits up to 3: other entries than s1 did
)

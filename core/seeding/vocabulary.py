"""The words that a generated organisation is made of."""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(";"))


FIRST = _listed(
    "Ada;Ben;Chloe;Dario;Elin;Farid;Grace;Hugo;Ines;Jonas;Kira;Liam;Mara;Nils;Olga;Pavel;Quinn;Rosa;Samir;Tessa;Umar;"
    "Vera;Wim;Xenia;Yusuf;Zoe"
)
LAST = _listed(
    "Adler;Bianchi;Castro;Dubois;Eriksen;Fischer;Garcia;Haddad;Ivanov;Jansen;Kowalski;Lindqvist;Marchetti;Nowak;"
    "Okafor;Petrov;Quist;Rossi;Santos;Tanaka;Ueda;Visser;Weber;Young;Zhang;Österberg"
)
LINES = _listed(
    "Consumer credit;Mortgages;Payments;Insurance;Markets;People;Operations;Justice;Health;Small business;Collections;"
    "Fraud prevention;Treasury;Compliance;Marketing;Customer service"
)
SUBJECTS = _listed(
    "Card fraud;Mortgage affordability;Probability of default;Loss given default;Churn propensity;Claims triage;"
    "Chat intent;Address matching;Cash demand;Credit limit;Resume screening;Pretrial risk;Document summary;"
    "Transaction monitoring;Pricing;Price elasticity;Sanctions screening;Call routing;Overdraft;Collections priority;"
    "Lapse risk;Readmission risk;Energy demand;Income estimation;Identity matching;Text classification;Image triage"
)
KINDS = _listed("score;ranking;forecast;classifier;estimate;detector;router;assistant")
PLACES = _listed(
    "Nordics;Iberia;Benelux;DACH;France;Italy;Poland;Ireland;retail;branches;online;mobile;real time;batch"
)
VENDORS = ("", "", "", "", "Acme Analytics", "Northwind Scores", "Contoso Models", "Fabrikam Data", "Globex Risk")
PURPOSES = (
    "Ranks applications so that people look at the riskiest first.",
    "Supports the decision of a case worker, who sees the score and its reasons.",
    "Estimates the loss that is booked at the end of the quarter.",
    "Routes a request to the team that answers it fastest.",
    "Screens documents for a person who decides on each of them.",
    "Forecasts demand for the following thirty days.",
)
USES = (
    "Support for a person's decision, never the decision itself.",
    "Applications from natural persons in countries where the bank is licensed.",
    "Batch scoring once a night, read by the portfolio team in the morning.",
    "Online scoring of card payments below the limit of the issuer.",
)
LIMITS = (
    "Not shown to work outside the population of the test data.",
    "Weak for applicants without two years of history.",
    "Sensitive to a change of the address register, which is watched.",
    "Needs an income statement that is younger than twelve months.",
)
REASONS = (
    "Retrained on the newest year.",
    "Drops two features that stood in for age.",
    "Calibrated anew after the drift alarm of the third quarter.",
    "Replaces the vendor's text embedding by our own.",
    "Corrects the join that lost closed accounts.",
    "First version under the new policy.",
)
PACKS = ("sr-26-2", "eu-ai-act", "nyc-ll144", "gdpr", "fair-lending", "nist-ai-rmf-1.0", "iso-42001")
FINDINGS = (
    "Groups are selected at different rates",
    "A feature leaks the outcome",
    "Calibration is off in the highest decile",
    "The test data hold rows of the training data",
    "The documentation does not name its data source",
    "The threshold was chosen on the test data",
)
CHECKS = (  # kind, metric, subject, usual value, threshold, direction, clause
    ("quality", "missing_share", "", 0.01, 0.05, "at most", "2.1"),
    ("performance", "balanced_accuracy", "", 0.68, 0.60, "at least", "3.1"),
    ("performance", "expected_calibration_error", "", 0.03, 0.05, "at most", "3.2"),
    ("fairness", "demographic_parity_ratio", "sex", 0.88, 0.80, "at least", "4.2"),
)

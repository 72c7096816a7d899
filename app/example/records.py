"""What the example people enter about the example models."""

from core.inventory.intake import NewDataset, NewModel, NewVersion
from core.inventory.rules import Exposure, Line, Purpose
from core.inventory.versions.rules import ChangeKind

SURVEY = "American Community Survey, public use microdata, as published with NannyML"

EMPLOYMENT = NewModel(
    name="Employment outreach, Massachusetts",
    purpose="Estimate whether a resident is in work, so that outreach on training offers reaches those who are not.",
    business_line="Public services",
    owner="",
    developer="",
    exposure=Exposure.HIGH,
    purpose_class=Purpose.FINANCIAL,
    users="Outreach teams, about 5,700 letters a month",
    packs=("sr-26-2", "gdpr"),
)
EMPLOYMENT_INPUTS = ("age", "schooling", "marital_status", "sex")
EMPLOYMENT_VERSION = NewVersion(
    version="1.0.0",
    intended_use="Decision support: order outreach letters. Not for eligibility or sanctions.",
    limitations="Judged by sex on 2015 data. Race is in the data but was not handed in as an attribute.",
    rationale="First version.",
    training_dataset="employment-ma-train 2014",
    test_dataset="employment-ma-test 2015",
    code_reference="models/employment, tag 1.0.0",
)
EMPLOYMENT_DATA = (
    NewDataset("employment-ma-train", "2014", SURVEY, "public domain", "personal, coded"),
    NewDataset("employment-ma-test", "2015", SURVEY, "Apache-2.0", "personal, coded"),
)
EMPLOYMENT_NEXT = NewVersion(
    version="1.1.0",
    intended_use="Decision support: order outreach letters. Not for eligibility or sanctions.",
    limitations="Judged by sex on 2016 data. Race is in the data but was not handed in as an attribute.",
    rationale="Yearly refresh: judged on the data of 2016; model and cut unchanged.",
    training_dataset="employment-ma-train 2014",
    test_dataset="employment-ma-test 2016",
    code_reference="models/employment, tag 1.1.0",
    change_kind=ChangeKind.RETRAINED,
)
EMPLOYMENT_NEXT_DATA = (NewDataset("employment-ma-test", "2016", SURVEY, "Apache-2.0", "personal, coded"),)

COMPAS = NewModel(
    name="Pretrial risk score (COMPAS)",
    purpose="Estimate the chance of a new arrest within two years, to inform release hearings.",
    business_line="Justice",
    owner="",
    developer="",
    exposure=Exposure.HIGH,
    purpose_class=Purpose.RIGHTS,
    users="Pretrial services of one county",
    vendor="Northpointe",
    packs=("sr-26-2", "fair-lending", "eu-ai-act"),
)
COMPAS_VERSION = NewVersion(
    version="1.0.0",
    intended_use="Decision support; a judge decides. Not for sentencing.",
    limitations="Not shown to work for people under 18; groups below 100 cases are not judged.",
    rationale="First version under governance; in use elsewhere since 2013.",
    training_dataset="compas-train undisclosed",
    test_dataset="broward-two-years 2016",
)
COMPAS_DATA = (
    NewDataset("compas-train", "undisclosed", "Held by the vendor; not disclosed", "", "personal"),
    NewDataset("broward-two-years", "2016", "ProPublica, Broward County, as published by Aequitas", "MIT", "personal"),
)
COMPAS_NEXT = NewVersion(
    version="1.1.0",
    intended_use="Decision support; a judge decides. Not for sentencing.",
    limitations="Not shown to work for people under 18; groups below 100 cases are not judged.",
    rationale="Raises the cut by one decile, to flag fewer people wrongly.",
    training_dataset="compas-train undisclosed",
    test_dataset="broward-two-years 2016",
    line=Line.EXPERIMENTAL,
    change_kind=ChangeKind.THRESHOLD,
)

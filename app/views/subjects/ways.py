"""Links from the page on personal data to subject requests and records of processing."""

import streamlit as st

from app.components.me import Me
from app.navigation import page_file
from core.privacy.subjects.rules import read_refusals


def ways_on(viewer: Me) -> None:
    """The two pages that lie behind it; requests for those who handle or confirm them."""
    row = st.container(horizontal=True)
    if not read_refusals(viewer.actor):
        row.page_link(page_file("subject_requests"), label="Subject requests")
    row.page_link(page_file("data_classes"), label="Classes of data")
    row.page_link(page_file("processing"), label="Records of processing and bias-test data")

"""What somebody sees who must set up a second factor before anything else, and recovery codes until they are kept."""

import streamlit as st

from app.components import head
from app.components.me import me_setting_up
from app.components.sign_out import sign_out_button
from app.composition import now, workplace
from app.views.second_factor import recovery_codes, recovery_codes_wait, set_up_form

mine, place, at = me_setting_up(), workplace(), now()
if recovery_codes_wait():
    head(
        "Keep your recovery codes",
        "The second factor is set up. Print these codes, or put them where you keep secrets.",
    )
    with st.container(width=640):
        recovery_codes()
else:
    head(
        "Set up a second factor",
        "This installation asks for one before you go on. You need an authenticator: an application on your phone, or "
        "your password manager.",
    )
    with st.container(width=900):
        set_up_form(place, mine, at)
sign_out_button(mine)

"""My account: who I am here, where I am signed in, my password, my tokens, who votes for me."""

from app.components.account import draw_digest, draw_identity, draw_password, draw_tokens
from app.components.head import fact, facts_line, head_with_actions
from app.components.me import me
from app.components.sign_out import sign_out_button
from app.components.text import plain
from app.composition import now, workplace
from app.views.access_links import access_links
from app.views.delegation import my_delegations
from app.views.functions import my_functions
from app.views.second_factor import my_second_factor
from app.views.service_accounts import my_rotations
from app.views.sessions import my_sessions

mine, place, at = me(), workplace(), now()
roles = ", ".join(sorted(mine.actor.roles)) or "a person without a role"
with head_with_actions(mine.name, facts_line(fact("Number", plain(mine.number)), fact("Acting as", plain(roles)))):
    sign_out_button(mine)

draw_identity(mine)
access_links(mine)
my_functions(place, mine, at)
my_delegations(place, mine, at)
draw_tokens(mine)
my_rotations(place, mine, at)
draw_digest(mine)
my_sessions(place, mine, at)
draw_password(mine)
my_second_factor(place, mine, at)

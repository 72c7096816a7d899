"""The words of these charts, alternative texts included."""

FROM_TO = "{name} from {points} to {points_2}"
AND = " and "

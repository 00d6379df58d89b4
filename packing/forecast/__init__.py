"""From histories of requests to traffic profiles with margins."""

from packing.forecast.follow import fitted, followed
from packing.forecast.history import History, Tokens
from packing.forecast.level import REQUESTS, SLOTS, LeftOut, Level
from packing.forecast.peak import Peak
from packing.forecast.predict import BACKTEST, Forecast, Kept, ModelForecast, forecast
from packing.forecast.read import read_history

__all__ = [
    "BACKTEST", "REQUESTS", "SLOTS", "Forecast", "History", "Kept", "LeftOut", "Level", "ModelForecast", "Peak", "Tokens", "fitted", "followed", "forecast",
    "read_history",
]  # fmt: skip

"""From histories of requests to traffic profiles with margins."""

from packing.forecast.follow import fitted, followed
from packing.forecast.history import History, Tokens
from packing.forecast.level import LeftOut, Level
from packing.forecast.peak import Peak
from packing.forecast.predict import BACKTEST, Forecast, ModelForecast, forecast
from packing.forecast.read import read_history

__all__ = ["BACKTEST", "Forecast", "History", "LeftOut", "Level", "ModelForecast", "Peak", "Tokens", "fitted", "followed", "forecast", "read_history"]

/** A place whose weather is asked for: the subject of its forecasts, and where it lies, in degrees. */
export interface WeatherRegion {
  region: string;
  latitude: number;
  longitude: number;
}

/** What the workflow that asks for forecasts is started with. */
export interface WeatherPoll {
  regions: readonly WeatherRegion[];
}

/** What a feed says of a region's day: the data of a `weather.forecast`. */
export interface DayForecast {
  day: string;
  condition: string;
  temperatureC: number;
}

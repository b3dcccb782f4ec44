# The page of the Mini App
app-title = What would you like?
app-tea = Tea
app-coffee = Coffee
app-water = Water

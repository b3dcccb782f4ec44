# Страница мини-приложения
app-title = Что вам принести?
app-tea = Чай
app-coffee = Кофе
app-water = Воду

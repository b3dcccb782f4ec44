# Итоги; { $value } и { $sum } приходят простыми цифрами
totals-title = <b>Ваши итоги</b>
totals-none = Пока ничего не подтверждено. Откройте счётчик командой /numbers, понажимайте и подтвердите.
totals-row = <b>{ $value }</b> · { $label } · { $time } UTC
totals-row-unnamed = <b>{ $value }</b> · { $time } UTC
totals-summary = { $count ->
        [one] { $count } итог
        [few] { $count } итога
       *[other] { $count } итогов
    }, сумма { $sum }
totals-newer = « Новее
totals-older = Старее »
totals-anonymous = Итоги у каждого свои. Отправьте /totals от своего имени или в личном чате.

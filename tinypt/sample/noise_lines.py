"""Material for noise: tags, navigation lines, metadata templates, URLs and interchangeable words."""

from random import Random

from tinypt.sample.templates import words

INLINE_TAGS = (
    ("<b>", "</b>"),
    ("<strong>", "</strong>"),
    ("<i>", "</i>"),
    ("<em>", "</em>"),
    ("<B>", "</B>"),
    ("<u>", "</u>"),
    ('<span style="font-size: 12px; color: #333;">', "</span>"),
    ('<span class="destaque">', "</span>"),
    ('<font face="Verdana" size="2">', "</font>"),
    ('<a href="/noticias/leia.php?id=2381&amp;c=4">', "</a>"),
    ('<a href="http://www.portaldoleitor.com.br/arquivo/1204.html" target="_blank">', "</a>"),
    ('<a title="Ver a foto" class="link" href="#foto">', "</a>"),
)

INVISIBLE_BLOCKS = (
    "<script type=\"text/javascript\">\nvar pagina = 'interna';\nif (pagina) { contador(1); }\n</script>",
    '<script src="/js/jquery.min.js"></script>',
    "<script>\n  (function() { var s = document.createElement('script'); s.async = true; })();\n</script>",
    '<SCRIPT LANGUAGE="JavaScript">document.write(\'<img src="/pixel.gif">\');</SCRIPT>',
    "<noscript><p>Ative o JavaScript para ver esta página.</p></noscript>",
    '<style type="text/css">\n.texto { font-family: Arial; margin: 0 10px; }\na:hover { color: red; }\n</style>',
    "<style>#menu{display:none}</style>",
    "<!-- publicidade -->",
    "<!-- início do conteúdo\n     atualizado pelo editor -->",
    "<!--[if lt IE 7]> <p>Atualize o seu navegador.</p> <![endif]-->",
    '<nav class="menu"><ul><li><a href="/">Início</a></li><li><a href="/contato">Contato</a></li></ul></nav>',
    '<nav>\n<a href="/esportes">Esportes</a> |\n<a href="/cidade">Cidade</a> |\n<a href="/fotos">Fotos</a>\n</nav>',
    '<iframe src="http://www.videosdovale.com.br/embed/81" width="420" height="315"></iframe>',
    '<img src="/imagens/foto_12.jpg" alt="" width="300" border="0" />',
    "<hr />",
)

BOILERPLATE = (
    "Página inicial | Contato | Mapa do site",
    "Início > Notícias > Últimas",
    "Todos os direitos reservados",
    "Copyright © 2013 - Todos os direitos reservados",
    "É proibida a reprodução sem autorização",
    "Leia mais",
    "Leia também",
    "Saiba mais",
    "Veja também",
    "Clique aqui para ampliar a imagem",
    "Voltar ao topo",
    "Voltar para a página anterior",
    "« Anterior | Próxima »",
    "Quem somos | Anuncie | Fale conosco",
    "Política de privacidade | Termos de uso",
    "Assine a nossa newsletter",
    "Cadastre-se e receba novidades por e-mail",
    "Entre ou cadastre-se para comentar",
    "Deixe um comentário",
    "Nenhum comentário ainda",
    "Envie para um amigo",
    "Imprimir esta página",
    "Conteúdo recente",
    "Mais lidas da semana",
    "Notícias relacionadas",
    "Siga-nos nas redes sociais",
    "Receba as notícias no seu celular",
    "Este site usa cookies para melhorar a sua navegação",
    "Pular para o conteúdo principal",
    "Busca no site",
    "Esqueceu a senha?",
    "Publicidade",
    "Continua depois da publicidade",
    "Desenvolvido por Agência Digital",
    "Home - Empresa - Produtos - Serviços - Contato",
    "Buscar | Entrar | Criar conta",
)

PHRASES = (
    "comprar barato promoção frete grátis",
    "baixar grátis filme dublado completo",
    "carros usados baratos",
    "hotel pousada praia reserva online",
    "curso online com certificado grátis",
    "notícias do dia ao vivo",
    "emprego vagas abertas hoje",
    "resultado da loteria de hoje",
)

# Each word can replace the one before the colon: gender and number agree.
NEAR_SYNONYMS = dict(
    pair.split(":")
    for pair in words(
        "muito:bastante também:igualmente mas:porém porque:pois grande:enorme disse:afirmou afirmou:disse "
        "contou:relatou explicou:esclareceu bonito:lindo bonita:linda contente:alegre grandes:enormes "
        "mora:vive vive:mora mãe:avó pai:avô sempre:geralmente dois:três duas:três três:quatro quatro:cinco "
        "cinco:seis seis:dez dez:doze sábado:domingo domingo:sábado segunda-feira:terça-feira "
        "terça-feira:quarta-feira quinta-feira:sexta-feira sexta-feira:quinta-feira homem:rapaz homens:rapazes "
        "mulher:moça mulheres:moças menino:garoto meninos:garotos menina:garota meninas:garotas "
    )
)

_PEOPLE = (
    "Ana Souza", "Carlos Lima", "Marina Prado", "João Teixeira", "Redação", "Paula Nunes", "Pedro Alves", "admin",
    "Assessoria de Imprensa", "Luciana Rocha", "Rafael Moura", "Equipe do Portal",
)  # fmt: skip
_LABELS = (
    "Notícias", "Esportes", "Receitas", "Saúde", "Educação", "Política", "Música", "Cidade", "Tempo", "Tecnologia",
    "Economia", "Viagem", "Animais", "Cinema", "Geral", "Blog", "Dicas",
)  # fmt: skip
_MONTHS = words("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro")
_METADATA = (
    "Publicado em {day:02}/{month:02}/{year} às {hour}h{minute:02}",
    "Postado por {person} às {hour:02}:{minute:02}",
    "Por {person} | {count} comentários",
    "Por {person}, em {day:02}/{month:02}/{year}",
    "{day} de {name} de {year} às {hour}h{minute:02}",
    "{day:02}/{month:02}/{year} - {hour:02}:{minute:02}",
    "Atualizado em {day:02}/{month:02}/{year} {hour:02}:{minute:02}",
    "Última atualização: {day:02}/{month:02}/{year}",
    "Enviado por {person} em {day:02}/{month:02}/{year}",
    "Tags: {tags}",
    "Marcadores: {tags}",
    "Categoria: {label}",
    "Arquivado em: {label}",
    "Compartilhe no Facebook",
    "Compartilhar no Twitter | Facebook | Google+",
    "Curtir ({count}) | Compartilhar | Comentar",
    "Visualizado {count} vezes",
    "Acessos: {count}",
    "Lido {count} vezes",
    "{count} comentários",
    "Comentários ({count})",
    "{count} curtidas - {hour} compartilhamentos",
    "Foto: {person} / Divulgação",
    "Fonte: {person}",
    "Avaliação: {hour} votos",
    "Autor: {person}",
    "Tamanho da letra: A- A+",
)

_HOSTS = (
    "portaldoleitor.com.br", "folhadovale.com.br", "blogdaserra.blogspot.com", "noticiasdaqui.net",
    "radiodaserra.fm.br",
    "revistadolar.com.br", "prefeituradovale.gov.br",
    "clubedeleitura.org.br", "diariodaqui.wordpress.com",
)  # fmt: skip
_PATHS = (
    "/noticias/{number}", "/{year}/{month:02}/materia-{number}.html", "/leia.php?id={number}", "/fotos/album_{number}",
    "/p/{number}#comentarios", "/index.asp?pag={number}&cat=3", "/arquivo/{year}/", "/busca?q=agenda+{year}",
)  # fmt: skip


def metadata_line(rng: Random) -> str:
    """One line about a page, such as a date, an author or a counter."""
    month = rng.randint(1, 12)
    return rng.choice(_METADATA).format(
        day=rng.randint(1, 28),
        month=month,
        name=_MONTHS[month - 1],
        year=rng.randint(2004, 2016),
        hour=rng.randint(0, 23),
        minute=rng.randint(0, 59),
        count=rng.randint(2, 950),
        person=rng.choice(_PEOPLE),
        label=rng.choice(_LABELS),
        tags=", ".join(label.lower() for label in rng.sample(_LABELS, rng.randint(2, 4))),
    )


def url(rng: Random) -> str:
    """A URL with scheme, with www. only, or a bare domain with a path."""
    path = rng.choice(_PATHS).format(
        number=rng.randint(100, 99999), month=rng.randint(1, 12), year=rng.randint(2004, 2016)
    )
    form = rng.randrange(4)
    if form == 0:
        return "www." + rng.choice(_HOSTS) + rng.choice(("", "/", path))
    if form == 1:
        return rng.choice(_HOSTS) + path
    return rng.choice(("http://", "http://www.", "https://")) + rng.choice(_HOSTS) + rng.choice(("", "/", path))

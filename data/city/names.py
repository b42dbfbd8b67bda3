"""Invented names of places, streets, compounds, firms and people.

A person's name is a common family name with common given characters, combined at random.
"""

import numpy as np

_WORDS = """光明 Guangming 红旗 Hongqi 胜利 Shengli 团结 Tuanjie 和平 Heping 友谊 Youyi 建设 Jianshe
振兴 Zhenxing 富强 Fuqiang 文明 Wenming 东风 Dongfeng 朝阳 Chaoyang 春光 Chunguang 明珠 Mingzhu
松林 Songlin 白桦 Baihua 丁香 Dingxiang 云杉 Yunshan 红松 Hongsong 杏林 Xinglin 柳岸 Liu'an
鹤翔 Hexiang 鹤鸣 Heming 鹤林 Helin 鹤栖 Heqi 矿山 Kuangshan 矿建 Kuangjian 乌金 Wujin
工人 Gongren 劳动 Laodong 先锋 Xianfeng 前进 Qianjin 跃进 Yuejin 永安 Yong'an 永兴 Yongxing
永乐 Yongle 长青 Changqing 长安 Chang'an 长乐 Changle 平安 Ping'an 安康 Ankang 安居 Anju
康乐 Kangle 康宁 Kangning 幸福 Xingfu 富民 Fumin 惠民 Huimin 利民 Limin 爱民 Aimin
新民 Xinmin 新风 Xinfeng 育新 Yuxin 育林 Yulin 育英 Yuying 文化 Wenhua 文苑 Wenyuan
文昌 Wenchang 学府 Xuefu 书香 Shuxiang 站前 Zhanqian 机务 Jiwu 电业 Dianye 水源 Shuiyuan
清泉 Qingquan 碧水 Bishui 绿园 Lüyuan 青山 Qingshan 青松 Qingsong 翠峰 Cuifeng 翠林 Cuilin
锦绣 Jinxiu 锦华 Jinhua 金山 Jinshan 金桥 Jinqiao 金鼎 Jinding 银河 Yinhe 星光 Xingguang
星河 Xinghe 晨光 Chenguang 曙光 Shuguang 阳光 Yangguang 春晖 Chunhui 春华 Chunhua 秋实 Qiushi
紫薇 Ziwei 百合 Baihe 玫瑰 Meigui 牡丹 Mudan 梧桐 Wutong 枫林 Fenglin 枫景 Fengjing
龙江 Longjiang 龙腾 Longteng 龙源 Longyuan 三江 Sanjiang 北辰 Beichen 雪松 Xuesong 瑞雪 Ruixue
冰凌 Bingling 宏伟 Hongwei 宏图 Hongtu 宏业 Hongye 兴华 Xinghua 兴隆 Xinglong 兴业 Xingye
向荣 Xiangrong 向前 Xiangqian 东升 Dongsheng 东岗 Donggang 西岗 Xigang 西林 Xilin 南岗 Nangang
南桥 Nanqiao 北岗 Beigang 北桥 Beiqiao 三道 Sandao 五道 Wudao 七道 Qidao 石场 Shichang
河湾 Hewan 河畔 Hepan 桥头 Qiaotou 滨江 Binjiang 麓苑 Luyuan 岭秀 Lingxiu 岭东 Lingdong
岭西 Lingxi 大岭 Daling 双山 Shuangshan 双合 Shuanghe 万福 Wanfu 万兴 Wanxing 万家 Wanjia
同心 Tongxin 同乐 Tongle 同德 Tongde 互助 Huzhu 勤俭 Qinjian 奋斗 Fendou 创业 Chuangye
开源 Kaiyuan 广源 Guangyuan 恒源 Hengyuan 泰和 Taihe 泰安 Tai'an 祥和 Xianghe 祥瑞 Xiangrui
吉祥 Jixiang 如意 Ruyi 嘉和 Jiahe 嘉园 Jiayuan 仁和 Renhe 仁爱 Ren'ai 德馨 Dexin 怡和 Yihe
怡景 Yijing 雅居 Yaju 馨园 Xinyuan""".split()  # noqa: SIM905
WORDS = tuple(zip(_WORDS[::2], _WORDS[1::2], strict=True))

COMPOUND_SUFFIXES = {
    "old": ("小区", "新村", "里", "小区", "家属院"),
    "slab": ("小区", "家园", "花园", "小区", "苑", "嘉园", "新城"),
    "tower": ("国际", "名城", "府", "壹号", "华府", "新城"),
}
FIRM_NAMES = (
    "恒信", "嘉诚", "万邻", "瑞居", "安馨", "众合", "盛和", "宜邻", "佳境", "鸿运", "博雅", "润泽",
    "中鹤", "北方之家", "鹤城", "松涛", "龙居", "诚悦", "民悦", "优家", "居安", "暖家", "福临",
    "华邻", "新邻里", "和顺",
)  # fmt: skip
FAMILY_NAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴"
)
"""Family names of one character, the most frequent first."""
GIVEN_CHARACTERS = (
    "伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红建华国庆志海玉春梅云凤新东晓雪松波宁晨阳"
    "佳欣怡婷倩琳洁萍莉燕飞鹏浩宇凯峰斌龙健亮成林森福贵喜顺和安康泰祥瑞丹青山川江河"
)


def shuffled_words(rng: np.random.Generator) -> list[tuple[str, str]]:
    """Return all words with their romanization, in random order."""
    return [WORDS[i] for i in rng.permutation(len(WORDS))]


def compound_names(rng: np.random.Generator, styles: list[str]) -> list[str]:
    """Return one compound name for each style; no name comes twice."""
    used: set[str] = set()
    result = []
    for style in styles:
        suffixes = COMPOUND_SUFFIXES[style]
        name = ""
        while not name or name in used:
            word = WORDS[rng.integers(len(WORDS))][0]
            name = word + suffixes[rng.integers(len(suffixes))]
        used.add(name)
        result.append(name)
    return result


def street_names(rng: np.random.Generator, keys: list[str]) -> dict[str, str]:
    """Return one street name for each key; it ends in the last character of its key, 路 or 街."""
    bare = [word for word, _ in shuffled_words(rng)]
    pool = [*bare, *(f"{side}{word}" for side in "东西南北" for word in bare)]
    return {key: word + key[-1] for key, word in zip(keys, pool, strict=False)}


def person_names(rng: np.random.Generator, count: int) -> list[str]:
    """Return names of people; some occur several times, as in a real city."""
    rank = np.arange(len(FAMILY_NAMES))
    weights = 1 / (rank + 8)
    family = rng.choice(len(FAMILY_NAMES), count, p=weights / weights.sum())
    given_names = rng.integers(0, len(GIVEN_CHARACTERS), (count, 2))
    is_short = rng.random(count) < 0.2
    return [
        FAMILY_NAMES[i] + GIVEN_CHARACTERS[first] + ("" if short else GIVEN_CHARACTERS[second])
        for i, (first, second), short in zip(family, given_names, is_short, strict=True)
    ]

import re,sys,json
Z=str.maketrans('0123456789','０１２３４５６７８９')
KANA='アイウエオカキクケコサシスセソ'
def parse(ed):
    out=[]
    for l in open('kijun.src',encoding='utf-8'):
        l=l.rstrip('\n')
        if not l: continue
        m=re.match(r'^([67])\|(.*)$',l)
        if m:
            if m.group(1)!=ed: continue
            l=m.group(2)
        out.append(l)
    return out
def build(ed):
    L=parse(ed); lab={}; n=0
    for l in L:
        m=re.match(r'^@(\w+)　',l)
        if m: n+=1; lab[m.group(1)]=n
    R=lambda t: re.sub(r'\{(\w+)\}',lambda m:f'第{lab[m.group(1)]}条',t)
    o=[];ch=se=par=it=su=0;cnt={'条':0,'項':0,'号':0,'ア':0};rec=[]
    cur=None;cht=''
    for l in L:
        if l.startswith('= '): o.append('# '+l[2:])
        elif l.startswith('~ '): o.append(l[2:])
        elif l.startswith('!章 '): ch+=1;se=0;cht=f'第{ch}章 {l[3:]}';o.append('## '+cht)
        elif l.startswith('!節 '): se+=1;o.append(f'### 第{se}節 {l[3:]}')
        elif l.startswith('（'): o.append(l); cap=l
        elif l.startswith('@'):
            m=re.match(r'^@(\w+)　(.*)$',l);cur=m.group(1);par=1;it=su=0
            o.append(f'第{lab[cur]}条　'+R(m.group(2)));cnt['条']+=1
            rec.append((cur,1,0,0,cht,R(m.group(2)),cap))
        elif l.startswith('#　'):
            par+=1;it=su=0;o.append(str(par).translate(Z)+'　'+R(l[2:]));cnt['項']+=1;rec.append((cur,par,0,0,cht,R(l[2:]),''))
        elif l.startswith('*　'):
            it+=1;su=0;o.append(f'({it})　'+R(l[2:]));cnt['号']+=1;rec.append((cur,par,it,0,cht,R(l[2:]),''))
        elif l.startswith('-　'):
            su+=1;o.append(KANA[su-1]+'　'+R(l[2:]));cnt['ア']+=1;rec.append((cur,par,it,su,cht,R(l[2:]),''))
        else: raise SystemExit('?'+l)
    o.append('@@TAIL')
    return o,lab,cnt,rec
TAIL6='''附則
１　この訓令は、令和6年4月1日から施行する。
２　星見市情報セキュリティ対策基準（平成28年星見市訓令第10号）は、廃止する。
３　この訓令の施行の際現に使用している情報システムについては、{ninsho}第1項の規定は、令和7年3月31日までの間は、適用しない。
別表第1（{bunrui}関係）
情報資産の分類
|区分|分類|分類の基準|
|---|---|---|
|機密性|Ⅲ|個人情報、法令の規定により秘密とされる情報その他漏えいにより市民の生命、財産等に重大な影響を及ぼすもの|
|機密性|Ⅱ|直ちに一般に公表することを前提としていないもの（機密性Ⅲに該当するものを除く。）|
|機密性|Ⅰ|機密性Ⅱ及び機密性Ⅲ以外のもの|
|完全性|Ⅱ|改ざん、誤り又は破損により、市民の権利の侵害又は行政事務の的確な遂行に支障を生ずるおそれがあるもの|
|完全性|Ⅰ|完全性Ⅱ以外のもの|
|可用性|Ⅱ|滅失、紛失又は利用の停止により、市民の権利の侵害又は行政事務の安定的な遂行に支障を生ずるおそれがあるもの|
|可用性|Ⅰ|可用性Ⅱ以外のもの|
様式第1号（{daicho}関係）
情報資産管理台帳
|番号|情報資産の名称|所管課|機密性|完全性|可用性|保管場所|媒体の種類|保存期間|取扱いの制限|備考|
|---|---|---|---|---|---|---|---|---|---|---|
|　|　|　|　|　|　|　|　|　|　|　|
備考　取扱いの制限の欄には、「複製禁止」「持ち出し禁止」「要暗号化」等の別を記入すること。'''
TAIL7='''附則
１　この訓令は、令和7年4月1日から施行する。
２　この訓令の施行の日前にこの訓令による改正前の星見市情報セキュリティ対策基準（以下「旧基準」という。）第{6:yakkan}条第1項の規定により許可を受けた外部サービスの利用については、{cloudsel}の規定にかかわらず、令和8年3月31日までの間は、なお従前の例による。
３　この訓令の施行の際現に使用しているパスワードについては、{password}第1項第2号の規定は、令和7年9月30日までの間は、適用しない。
４　この訓令の施行の日前に締結された委託契約に係る再委託については、旧基準第{6:saiitaku}条の規定は、当該契約の期間が満了するまでの間、なおその効力を有する。
別表第1（{bunrui}関係）
情報資産の分類
|区分|分類|分類の基準|クラウドサービスにおける取扱い|
|---|---|---|---|
|機密性|Ⅲ|個人情報（特定個人情報を含む。）、法令の規定により秘密とされる情報その他漏えいにより市民の生命、身体、財産等に重大な影響を及ぼすもの|委員会の審議を経て承認を受けたものに限り可|
|機密性|Ⅱ|直ちに一般に公表することを前提としていないもの（機密性Ⅲに該当するものを除く。）|承認を受けたものに限り可|
|機密性|Ⅰ|機密性Ⅱ及び機密性Ⅲ以外のもの|可|
|完全性|Ⅱ|改ざん、誤り又は破損により、市民の権利の侵害又は行政事務の的確な遂行に支障を生ずるおそれがあるもの|復元の方法を確認した上で可|
|完全性|Ⅰ|完全性Ⅱ以外のもの|可|
|可用性|Ⅱ|滅失、紛失又は利用の停止により、市民の権利の侵害又は行政事務の安定的な遂行に支障を生ずるおそれがあるもの|稼働の水準を確認した上で可|
|可用性|Ⅰ|可用性Ⅱ以外のもの|可|
様式第1号（{daicho}関係）
情報資産管理台帳
|番号|情報資産の名称|所管課|機密性|完全性|可用性|保管場所又はクラウドサービスの名称|媒体の種類|保存期間|取扱いの制限|備考|
|---|---|---|---|---|---|---|---|---|---|---|
|　|　|　|　|　|　|　|　|　|　|　|
備考　取扱いの制限の欄には、「複製禁止」「持ち出し禁止」「要暗号化」等の別を記入すること。'''
def finish(ed,lab,lab6,o):
    t=(TAIL6 if ed=='6' else TAIL7)
    t=re.sub(r'\{6:(\w+)\}',lambda m:str(lab6[m.group(1)]),t)
    t=re.sub(r'\{(\w+)\}',lambda m:f'第{lab[m.group(1)]}条',t)
    lines=o[:-1]+['附則' if x=='附則' else x for x in t.split('\n')]
    out='';prev=''
    for i,x in enumerate(lines):
        tight=(x.startswith('|') and prev.startswith('|'))
        out+=('' if i==0 else ('\n' if tight else '\n\n'))+x
        prev=x
    return out+'\n'
o6,l6,c6,r6=build('6');o7,l7,c7,r7=build('7')
open('../taisaku-kijun-r6.md','w',encoding='utf-8').write(finish('6',l6,l6,o6))
open('../taisaku-kijun-r7.md','w',encoding='utf-8').write(finish('7',l7,l6,o7))
json.dump({'6':l6,'7':l7},open('labels.json','w'),ensure_ascii=False)
for e,c in(('6',c6),('7',c7)): print(e,c,sum(c.values()),'+附則')
import difflib
def key(r): return r[0]
if len(sys.argv)>1:
    for k in l6:
        if k not in l7: print('DEL',k,l6[k])
    for k in l7:
        if k not in l6: print('ADD',k,l7[k])
    ch6={r[0]:r[4] for r in r6};ch7={r[0]:r[4] for r in r7}
    for k in l6:
        if k in l7:
            a=[x[5] for x in r6 if x[0]==k];b=[x[5] for x in r7 if x[0]==k]
            mv='' if ch6[k].split(' ')[1]==ch7[k].split(' ')[1] else f' MOVE {ch6[k]}->{ch7[k]}'
            print(k,f'{l6[k]}->{l7[k]}'+mv, '' if a==b else 'CHANGED')
            if a!=b:
                for d in difflib.ndiff(a,b):
                    if d[0] in '+-': print('    ',d[:90])
